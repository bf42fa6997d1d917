// A proxy that offers nothing; but it tries to offer what is not its business.

#include <stddef.h>

#include "sysmem/driver.h"

static zx_status_t idle_bind(const sysmem_device_t *device, void **out_ctx) {
    *out_ctx = NULL;
    platform_proxy_protocol_t bus;
    zx_status_t status =
        device->ops->get_protocol(device->ctx, ZX_PROTOCOL_PLATFORM_PROXY, &bus);
    if (status != ZX_OK) {
        return status;
    }
    // -30 is the answer that it should get.
    return bus.ops->register_protocol(bus.ctx, ZX_PROTOCOL_PDEV, &bus) == -30 ? ZX_OK : -1;
}

const sysmem_driver_t sysmem_driver_record = {
    .abi_version = SYSMEM_DRIVER_ABI_VERSION,
    .protocol = ZX_PROTOCOL_PLATFORM_PROXY,
    .name = "idle_proxy",
    .rules = NULL,
    .rule_count = 0,
    .bind = idle_bind,
    .release = NULL,
};
