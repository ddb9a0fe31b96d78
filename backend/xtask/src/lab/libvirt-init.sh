#!/bin/bash
# Process 1 of a private libvirt. Ends, and everything in its namespaces with it, when the process
# that started it closes the pipe or dies. It reaps orphans: libvirtd waits for its probes else.
base=$1
mount --make-rprivate /
mount -t proc proc /proc
mount -t sysfs sysfs /sys 2>/dev/null
# Without cgroups in sight libvirt uses none, so nothing is left behind and names cannot collide.
mount -t tmpfs -o mode=755 none /sys/fs/cgroup 2>/dev/null
mkdir -p /etc/libvirt /var/lib/libvirt /run/libvirt /var/log/libvirt /var/cache/libvirt /run/lock
mount --bind "$base/etc" /etc/libvirt
mount --bind "$base/lib" /var/lib/libvirt
mount --bind "$base/run" /run/libvirt
mount --bind "$base/log" /var/log/libvirt
mount --bind "$base/cache" /var/cache/libvirt
mount -t tmpfs -o mode=755 none /run/lock
ip link set lo up
virtlogd -p "$base/virtlogd.pid" </dev/null &
begin() { libvirtd -p "$base/libvirtd.pid" </dev/null & }
begin
while :; do
  if read -r -t 2 word; then
    [ "$word" = begin ] && begin
  elif [ $? -eq 1 ]; then
    exit 0
  fi
done
