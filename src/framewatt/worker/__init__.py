"""The programs that run beside a framework, one folder a host language."""
