#!/bin/sh
# Builds kernel, initramfs and disk of the tiny guest from Debian packages alone.
# Called with the output folder; init.sh and down.sh are beside this file.
set -eu
out=$1 here=$(dirname "$0")
cd "$here"

fetch() {
  ls "$1"_*.deb >/dev/null 2>&1 || apt-get -qq -o APT::Sandbox::User=root download "$1" >/dev/null
  mkdir -p "unpacked/$1"
  dpkg-deb -x "$1"_*.deb "unpacked/$1"
}

kernel=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/^ *Depends: //p' | head -n 1)
[ -n "$kernel" ] || { echo "no package linux-image-cloud-amd64: run apt-get update" >&2; exit 1; }
fetch "$kernel"
fetch busybox-static
version=$(ls "unpacked/$kernel/lib/modules")
tree=unpacked/$kernel/lib/modules/$version
depmod -b "unpacked/$kernel" "$version"

rm -rf root
mkdir -p root/bin root/sbin root/dev root/proc root/sys root/etc root/lib/modules root/tmp
cp unpacked/busybox-static/bin/busybox root/bin/busybox
for applet in $(root/bin/busybox --list); do
  [ "$applet" = busybox ] || ln -sf busybox "root/bin/$applet"
done

# Modules in the order in which they must be loaded.
: > root/etc/modules
add() {
  line=$(awk -F: -v wanted="$1" '
    { name = $1; sub(/.*\//, "", name); sub(/\.ko.*/, "", name); gsub(/-/, "_", name)
      if (name == wanted) { print; exit } }' "$tree/modules.dep")
  [ -n "$line" ] || return 0
  for path in $(echo "${line#*:}" | tr ' ' '\n' | tac) "${line%%:*}"; do
    file=$(basename "$path")
    [ -e "root/lib/modules/$file" ] && continue
    cp "$tree/$path" "root/lib/modules/$file"
    echo "$file" >> root/etc/modules
  done
}
for module in xen_blkfront xen_netfront virtio_pci virtio_blk virtio_net virtio_balloon \
  virtio_rng crc32c_generic ext4 isofs evdev button; do
  add $module
done

cp init.sh root/init
cp down.sh root/sbin/poweroff
chmod 755 root/init root/sbin/poweroff
ln -sf ../bin/busybox root/sbin/reboot

# An initramfs that only mounts the disk and goes on there, for guests with a whole system on it.
rm -rf pivot
cp -a root pivot
cp pivot-init.sh pivot/init
chmod 755 pivot/init

pack() {
  find "$1" -exec touch -h -d @1767225600 {} +
  (cd "$1" && find . | LC_ALL=C sort | cpio -o -H newc --quiet --reproducible -R 0:0) | gzip -n -6 > "$2"
}
pack root "$out/initrd.img"
pack pivot "$out/initrd-pivot.img"
cp "unpacked/$kernel/boot/vmlinuz-$version" "$out/vmlinuz"
rm -rf "$out/modules"
mkdir -p "$out/modules"
cp -a "$tree" "$out/modules/"

rm -f disk.raw
truncate -s 48M disk.raw
SOURCE_DATE_EPOCH=1767225600 E2FSPROGS_FAKE_TIME=1767225600 mkfs.ext4 -q -L hostwright \
  -U 5a1d1c0e-0000-4000-8000-000000000001 -E hash_seed=5a1d1c0e-0000-4000-8000-000000000002 disk.raw
qemu-img convert -f raw -O qcow2 disk.raw "$out/disk.qcow2"
rm -f disk.raw
chmod 644 "$out/vmlinuz" "$out/initrd.img" "$out/initrd-pivot.img" "$out/disk.qcow2"
