// Drivers that `sysmem devhost` loads, and what they get from it.
//
// A driver is a shared object that exports one symbol, sysmem_driver_record. The bus file of the host
// says which device it drives. Several drivers may be in one process.
//
// A handle is the number of a descriptor of this process; 0 is no handle, and the host sees to it
// that no descriptor has that number. A status is 0 or one of Zircon's negative numbers. Strings end
// with 0 and are UTF-8.
//
// Plain C11 and C++17. The names agree with those of c/runtime/zx.h, beside which this can be used.

#ifndef SYSMEM_DRIVER_H_
#define SYSMEM_DRIVER_H_

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Of everything in this file. A driver that was built with another one is refused.
#define SYSMEM_DRIVER_ABI_VERSION 1u

typedef uint32_t zx_handle_t;
typedef int32_t zx_status_t;

#ifndef ZX_OK
#define ZX_OK (0)
#endif
#ifndef ZX_ERR_NOT_SUPPORTED
#define ZX_ERR_NOT_SUPPORTED (-2)
#endif
#ifndef ZX_ERR_BAD_HANDLE
#define ZX_ERR_BAD_HANDLE (-11)
#endif
#ifndef ZX_ERR_WRONG_TYPE
#define ZX_ERR_WRONG_TYPE (-12)
#endif

// ------------------------------------------------------------------------------------------------
// Protocols. Each is a pair of pointers: a table of functions, and what they take first.

// Protocols by number. Each number is four letters.
#define ZX_PROTOCOL_SYSMEM 0x7053794Du          // pSyM: a sysmem_protocol_t, for fuchsia.sysmem2
#define ZX_PROTOCOL_SYSMEM_V1 0x70537931u       // pSy1: a sysmem_protocol_t, for fuchsia.sysmem
#define ZX_PROTOCOL_PDEV 0x70504456u            // pPDV: a device below the bus
#define ZX_PROTOCOL_PBUS 0x70504255u            // pPBU: a pbus_protocol_t, for drivers of the bus
#define ZX_PROTOCOL_PLATFORM_PROXY 0x70505052u  // pPPR: a platform_proxy_protocol_t, for proxies

// The limited protocol by which drivers reach sysmem. Its number says in which version: a device
// that has one of the two has the other as well, and participants of both share buffers with each
// other. A driver that asks for one and speaks the other sends requests that its Allocator does not
// know.
//
// Functions are only ever appended, with a new SYSMEM_DRIVER_ABI_VERSION. They may be called from
// any thread, also inside of bind, and any number of times.
typedef struct sysmem_protocol_ops {
    // Hands over the server end of a channel on which the caller speaks fuchsia.sysmem2.Allocator,
    // or with ZX_PROTOCOL_SYSMEM_V1 fuchsia.sysmem.Allocator. Requests that were written to the
    // other end before are served first.
    //
    // Takes allocator_request, whatever the outcome: after the call its number means nothing any
    // more. ZX_OK means that it was taken; if it cannot be served after all, the other end sees its
    // peer closed, as it does on any error:
    //
    // ZX_ERR_BAD_HANDLE: it is no handle. ZX_ERR_WRONG_TYPE: it is no channel.
    // ZX_ERR_NOT_SUPPORTED: there is no sysmem driver.
    //
    // Never waits for sysmem.
    zx_status_t (*connect)(void *ctx, zx_handle_t allocator_request);
} sysmem_protocol_ops_t;

typedef struct sysmem_protocol {
    const sysmem_protocol_ops_t *ops;
    void *ctx;
} sysmem_protocol_t;

// What drivers of the bus itself get: the sysmem driver is one.
typedef struct pbus_protocol_ops {
    // Offers a protocol to every device below the bus. protocol points to a pair of pointers that is
    // copied; what it points to has to stay for as long as the process runs.
    //
    // -20: somebody offers proto_id already.
    zx_status_t (*register_protocol)(void *ctx, uint32_t proto_id, const void *protocol);
} pbus_protocol_ops_t;

typedef struct pbus_protocol {
    const pbus_protocol_ops_t *ops;
    void *ctx;
} pbus_protocol_t;

// What proxy drivers get, which stand in for a protocol of the bus in another process.
typedef struct platform_proxy_protocol_ops {
    // Offers a protocol that this is the proxy for; that of sysmem offers both versions. As that of
    // pbus_protocol_ops.
    //
    // -30: proto_id is another one. -20: it is offered already.
    zx_status_t (*register_protocol)(void *ctx, uint32_t proto_id, const void *protocol);

    // Sends a request to the bus and waits for the reply, but not for what comes of it. A request
    // has 16 to 4096 bytes: txid (set here), device_id, proto_id and op, each a uint32_t; and one
    // handle, which is taken, whatever the outcome. A reply begins with the txid and a zx_status_t,
    // which is what is returned.
    //
    // -30: proto_id is another one. -10: device_id is not 0. -14: the request is too long or too
    // short. -24: the bus has closed the channel. -21: no reply came.
    zx_status_t (*proxy)(void *ctx, const void *request, uint32_t request_size, zx_handle_t handle);
} platform_proxy_protocol_ops_t;

typedef struct platform_proxy_protocol {
    const platform_proxy_protocol_ops_t *ops;
    void *ctx;
} platform_proxy_protocol_t;

// The one request of the sysmem proxy: connect. proto_id says to which version.
#define SYSMEM_PROXY_OP_CONNECT 0u

// ------------------------------------------------------------------------------------------------
// Devices: what a driver is bound to.

typedef struct sysmem_device_ops {
    // Copies the pair of pointers of a protocol to out_protocol. On an error nothing is written.
    //
    // ZX_ERR_NOT_SUPPORTED: this device has no such protocol.
    zx_status_t (*get_protocol)(void *ctx, uint32_t proto_id, void *out_protocol);

    // The value that the bus file has for a property of this device; NULL if it has none.
    const char *(*get_property)(void *ctx, const char *name);

    // Writes to the log of the host. severity: 0 error, 1 warning, 2 information.
    void (*log)(void *ctx, uint32_t severity, const char *message);
} sysmem_device_ops_t;

// A device stays for as long as the process runs. Everything may be called from any thread.
typedef struct sysmem_device {
    const sysmem_device_ops_t *ops;
    void *ctx;
} sysmem_device_t;

// ------------------------------------------------------------------------------------------------
// The driver.

// A driver binds only to devices that have this value for this property in the bus file.
typedef struct sysmem_bind_rule {
    const char *property;
    const char *value;
} sysmem_bind_rule_t;

typedef struct sysmem_driver {
    // SYSMEM_DRIVER_ABI_VERSION. Stays the first member in every version.
    uint32_t abi_version;

    // What kind of device it drives: ZX_PROTOCOL_PDEV, _PBUS or _PLATFORM_PROXY.
    uint32_t protocol;

    const char *name;

    // May be NULL if rule_count is 0.
    const sysmem_bind_rule_t *rules;
    uint32_t rule_count;

    // Starts to drive a device. The host does nothing else meanwhile, so whatever takes long belongs
    // into a thread of the driver's. *out_ctx is what release gets. On an error the device is left
    // without a driver.
    zx_status_t (*bind)(const sysmem_device_t *device, void **out_ctx);

    // Stops, with the threads that the driver has, once the host ends. May be NULL. The shared object
    // stays loaded.
    void (*release)(void *ctx);
} sysmem_driver_t;

// Defined by the driver.
extern const sysmem_driver_t sysmem_driver_record;

#ifdef __cplusplus
}  // extern "C"
#endif

#endif  // SYSMEM_DRIVER_H_
