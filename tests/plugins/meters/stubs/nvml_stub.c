/* A libnvidia-ml.so.1 with one GPU, or with a second one that tells nothing. STUB_MODE picks a fault; STUB_ENERGY and STUB_POWER name files that hold
   the counter in mJ and the power in mW, so that a test moves them as time would. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SUCCESS = 0, NOT_SUPPORTED = 3, NOT_FOUND = 6, GPU_LOST = 15 };

static int mode(const char *name) {
    const char *value = getenv("STUB_MODE");
    return value && strcmp(value, name) == 0;
}

static unsigned long long read_number(const char *variable) {
    unsigned long long value = 0;
    const char *path = getenv(variable);
    FILE *file = path ? fopen(path, "r") : NULL;
    if (file) {
        if (fscanf(file, "%llu", &value) != 1) value = 0;
        fclose(file);
    }
    return value;
}

int nvmlInit_v2(void) { return SUCCESS; }
int nvmlInitWithFlags(unsigned int flags) { (void)flags; return SUCCESS; }
int nvmlShutdown(void) { return SUCCESS; }
const char *nvmlErrorString(int code) { return code == GPU_LOST ? "GPU is lost" : "Not Supported"; }
int nvmlDeviceGetCount_v2(unsigned int *count) { *count = mode("no-gpu") ? 0 : mode("mute-second") ? 2 : 1; return SUCCESS; }
int nvmlDeviceGetHandleByIndex_v2(unsigned int index, void **device) {
    *device = (void *)(size_t)(index + 1);
    return index == 0 || mode("mute-second") ? SUCCESS : NOT_FOUND;
}
int nvmlDeviceGetMigMode(void *device, unsigned int *current, unsigned int *pending) {
    (void)device;
    *current = *pending = mode("mig") ? 1 : 0;
    return SUCCESS;
}
/* Handles count from 1. */
static int mute(void *device) { return mode("mute") || (mode("mute-second") && device == (void *)2); }
int nvmlDeviceGetPowerUsage(void *device, unsigned int *milliwatts) {
    if (mute(device)) return NOT_SUPPORTED;
    *milliwatts = (unsigned int)read_number("STUB_POWER");
    return SUCCESS;
}
#ifndef TOO_OLD
int nvmlDeviceGetTotalEnergyConsumption(void *device, unsigned long long *millijoules) {
    if (mode("no-counter") || mute(device)) return NOT_SUPPORTED;
    *millijoules = read_number("STUB_ENERGY");
    return *millijoules == 999 ? GPU_LOST : SUCCESS;
}
#endif
