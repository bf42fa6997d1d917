// A driver that was built against another version.

#include <stddef.h>

#include "sysmem/driver.h"

const sysmem_driver_t sysmem_driver_record = {
    .abi_version = 999,
    .protocol = ZX_PROTOCOL_PDEV,
    .name = "old",
    .rules = NULL,
    .rule_count = 0,
    .bind = NULL,
    .release = NULL,
};
