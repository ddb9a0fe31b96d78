#!/bin/bash
# The machine's own libvirt where there is no systemd. Process 1 of its own process namespace, so
# that ended probes and guests are reaped at once: where the machine's process 1 is slow to do that,
# libvirtd waits 20 s for every probe and cannot end a guest.
exec 9> /run/hostwright-libvirt.lock
flock -n 9 || exit 0
mkdir -p /run/libvirt
keep() { while :; do "$@" </dev/null; sleep 1; done }
keep virtlogd -p /run/hostwright-virtlogd.pid &
keep libvirtd -p /run/hostwright-libvirtd.pid &
while :; do sleep 3600 & wait $!; done
