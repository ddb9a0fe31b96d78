#!/bin/sh
# Builds the disk of a Debian 12 with systemd and sshd. Called with the folder of the tiny image,
# whose kernel modules it takes, and the output folder.
set -eu
tiny=$1 out=$2 here=$(dirname "$0")
cd "$here"
mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | head -n 1)
rm -rf root
debootstrap --variant=minbase \
  --include=systemd-sysv,udev,dbus,libpam-systemd,systemd-resolved,iproute2,iputils-ping,openssh-server,e2fsprogs,kmod,ca-certificates,less,nano-tiny \
  bookworm root "${mirror:-http://deb.debian.org/debian}" > debootstrap.log 2>&1 \
  || { tail -n 20 debootstrap.log >&2; exit 1; }

chroot root passwd -l root >/dev/null
echo unseeded > root/etc/hostname
echo '/dev/vda / ext4 defaults,errors=remount-ro 0 1' > root/etc/fstab
# Every guest makes its own at its first start.
rm -f root/etc/ssh/ssh_host_* root/etc/machine-id root/var/lib/dbus/machine-id
: > root/etc/machine-id
mkdir -p root/usr/lib/hostwright root/usr/lib/modules root/etc/ssh/sshd_config.d
printf 'PermitRootLogin prohibit-password\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n' \
  > root/etc/ssh/sshd_config.d/hostwright.conf
cp -a "$tiny"/modules/. root/usr/lib/modules/
install -m 755 seed.sh root/usr/lib/hostwright/apply-seed
install -m 755 greet.sh root/usr/lib/hostwright/greet
install -m 644 seed.service root/etc/systemd/system/hostwright-seed.service
install -m 644 greet.service root/etc/systemd/system/hostwright-greet.service
chroot root systemctl enable systemd-networkd hostwright-seed hostwright-greet >/dev/null 2>&1
# Nothing here needs these, and each costs seconds under emulation.
chroot root systemctl mask apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer \
  e2scrub_reap.service systemd-networkd-wait-online.service >/dev/null 2>&1

rm -rf root/var/cache/apt/*.bin root/var/lib/apt/lists/* root/var/cache/apt/archives/*.deb root/var/log/*.log
rm -f disk.raw
truncate -s 900M disk.raw
mkfs.ext4 -q -L hostwright -d root disk.raw
qemu-img convert -f raw -O qcow2 disk.raw "$out/disk.qcow2"
rm -rf root disk.raw
cp "$tiny/vmlinuz" "$out/vmlinuz"
cp "$tiny/initrd-pivot.img" "$out/initrd.img"
chmod 644 "$out/disk.qcow2" "$out/vmlinuz" "$out/initrd.img"
