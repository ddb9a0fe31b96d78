#!/bin/sh
# Loads the drivers, mounts the disk and goes on with the system on it.
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev 2>/dev/null
while read -r module; do insmod "/lib/modules/$module" 2>/dev/null; done < /etc/modules
waited=0
while [ ! -b /dev/vda ] && [ ! -b /dev/xvda ] && [ $waited -lt 100 ]; do sleep 0.1; waited=$((waited + 1)); done
mkdir -p /system
for disk in vda xvda; do
  [ -b /dev/$disk ] && mount -t ext4 -o rw /dev/$disk /system && break
done
umount /proc /sys
mount --move /dev /system/dev
exec switch_root /system /sbin/init
