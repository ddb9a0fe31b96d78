#!/bin/sh
# Clean power-off: the ACPI power button, and the kernel's own orderly power-off on Xen.
echo "HOSTWRIGHT guest $(hostname) is going down" > /dev/console
sync
umount /disk 2>/dev/null
exec /bin/busybox poweroff -f
