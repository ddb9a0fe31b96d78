#!/bin/bash
# Process 1 of a private libvirt. Ends, and everything in its namespaces with it, when the process
# that started it closes the pipe or dies. It reaps orphans: libvirtd waits for its probes else.
base=$1 keep=$2
mount --make-rprivate /
mount -t proc proc /proc
# Without cgroups in sight libvirt uses none, so nothing is left behind and names cannot collide.
# It finds them in the list of mounts, so they must go, not only be covered.
sed -n 's/^[^ ]* \([^ ]*\) cgroup2\{0,1\} .*/\1/p' /proc/mounts | sort -r | while read -r at; do
  umount -l "$at"
done
mount -t sysfs sysfs /sys 2>/dev/null
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
    kill -9 -1
    [ "$keep" = keep ] || rm -rf "$base"
    exit 0
  fi
done
