/* status.h: what a caller can cause in good faith. A fault of the machine is no status, and
 * a bug of the caller is VM_BUG. Layer: base; knows nothing. */
#ifndef ATLAS_STATUS_H
#define ATLAS_STATUS_H

enum vm_status {
    VM_OK = 0,
    VM_NOMEM,  /* no frame is free, or no range of addresses                        */
    VM_LIMIT,  /* a limit that was set for this object is reached                   */
    VM_EXISTS, /* something is there already                                        */
    VM_ABSENT, /* nothing is there                                                  */
    VM_RANGE,  /* an address or a length cannot be: non-canonical, misaligned, empty */
    VM_FAULT,  /* a user address that the kernel was given cannot be accessed        */
    VM_DENIED, /* against a rule that was set                                        */
    VM_IO      /* a device failed                                                    */
};

/* "out of frames" and the like, for a message; never NULL. */
const char *vm_status_text(enum vm_status status);

#endif
