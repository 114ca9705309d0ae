"""The Software Carbon Intensity (SCI 1.1.0, ISO/IEC 21031:2024) as arithmetic on Quantities: pure."""
