#!/bin/bash
# The machine's own libvirt where there is no systemd. Process 1 of its own process namespace, so
# that ended probes and guests are reaped at once: where the machine's process 1 is slow to do that,
# libvirtd waits 20 s for every probe and cannot end a guest.
exec 9> /run/hostwright-libvirt.lock
flock -n 9 || exit 0
mkdir -p /run/libvirt
# libvirt asks whether its guests' user may use this device and distrusts what it remembers of every
# emulator if the answer is not what it saw: then each definition tries them all anew, for half a
# minute. Without udev nobody has set the device's rights, so here it is out of sight.
case "$(stat -c %a:%G /dev/kvm 2>/dev/null)" in
  "" | 666:* | 660:kvm) ;;
  *)
    install -m 600 /dev/null /run/hostwright-no-kvm
    mount --bind /run/hostwright-no-kvm /dev/kvm
    # Guests get no /dev of their own then: libvirt cannot carry this mount over into it.
    { cat /etc/libvirt/qemu.conf; echo 'namespaces = []'; } > /run/hostwright-qemu.conf
    mount --bind /run/hostwright-qemu.conf /etc/libvirt/qemu.conf
    ;;
esac
keep() { while :; do "$@" </dev/null; sleep 1; done }
keep virtlogd -p /run/hostwright-virtlogd.pid &
keep libvirtd -p /run/hostwright-libvirtd.pid &
while :; do sleep 3600 & wait $!; done
