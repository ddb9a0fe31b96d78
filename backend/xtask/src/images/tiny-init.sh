#!/bin/sh
# Process 1 of the tiny guest. Everything it knows comes from the seed and the kernel command line.
export PATH=/bin TERM=dumb HOME=/
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev 2>/dev/null
mkdir -p /dev/pts /disk /seed
mount -t devpts pts /dev/pts
echo 1 > /proc/sys/kernel/printk

while read -r module; do insmod "/lib/modules/$module" 2>/dev/null; done < /etc/modules

asked() { case " $(cat /proc/cmdline) " in *" $1 "*) return 0 ;; *) return 1 ;; esac; }
value() { tr ' ' '\n' < /proc/cmdline | sed -n "s/^$1=//p" | head -n 1; }
say() { echo "HOSTWRIGHT $*" > /dev/console; }

waited=0
while [ ! -b /dev/vda ] && [ ! -b /dev/xvda ] && [ $waited -lt 50 ]; do sleep 0.1; waited=$((waited + 1)); done
for disk in vda xvda; do
  [ -b /dev/$disk ] && mount -t ext4 /dev/$disk /disk 2>/dev/null && break
done
for seed in vdb xvdb sr0; do
  [ -b /dev/$seed ] && mount -t iso9660 -o ro /dev/$seed /seed 2>/dev/null && break
done

settings() { [ -r /seed/hostwright.env ] && sed -n "s/^$1=//p" /seed/hostwright.env; }

name=$(settings hostname)
hostname "${name:-unseeded}"
name=$(hostname)

ip link set lo up
link=
mac=$(settings mac)
for candidate in /sys/class/net/*; do
  [ -n "$mac" ] && [ "$(cat "$candidate/address")" = "$mac" ] && link=${candidate##*/}
done
address=none
if [ -n "$link" ]; then
  # The addresses come from one allocator, so nobody has to be asked whether they are free.
  echo 0 > "/proc/sys/net/ipv6/conf/$link/accept_dad" 2>/dev/null
  echo 0 > "/proc/sys/net/ipv6/conf/$link/accept_ra" 2>/dev/null
  ip link set "$link" up
  for one in $(settings address); do
    ip addr add "$one" dev "$link"
    [ "$address" = none ] && address=${one%/*}
  done
  for one in $(settings gateway); do
    case $one in *:*) ip -6 route add default via "$one" ;; *) ip route add default via "$one" ;; esac
  done
fi

if grep -q ' /disk ' /proc/mounts; then
  mkdir -p /disk/root/.ssh /disk/etc /disk/var
  [ -r /seed/authorized_keys ] && cat /seed/authorized_keys > /disk/root/.ssh/authorized_keys
  chmod 700 /disk/root/.ssh
  echo "$name" > /disk/etc/hostname
  starts=$(cat /disk/var/starts 2>/dev/null)
  starts=$((${starts:-0} + 1))
  echo $starts > /disk/var/starts
  sync
  keys=$(grep -c . /disk/root/.ssh/authorized_keys)
  size=$(cat "/sys/class/block/$disk/size")
  say "disk $disk of $((size / 2048)) MiB, start $starts, $keys key(s)"
else
  say "disk none"
fi

# The power button. Opened before the greeting, since a press that nobody has open is lost.
# Records of 24 bytes: time in the first 16, then kind, code and value. 1, 116, 1 is the press.
for event in /sys/class/input/event*; do
  [ "$(cat "$event/device/name")" = "Power Button" ] || continue
  exec 3<"/dev/input/${event##*/}"
  (
    while record=$(hexdump -v -n 24 -e '12/2 "%u " "\n"' <&3); do
      set -- $record
      [ "${9:-0} ${10:-0} ${11:-0}" = "1 116 1" ] && /sbin/poweroff
    done
  ) &
  exec 3<&-
done

say "guest $name is up, address $address, boot $(cat /proc/sys/kernel/random/boot_id)"

# A test may ask what passes when the guest uses an address that is not its own.
forged=$(value hostwright.forge)
if [ -n "$forged" ] && [ -n "$link" ]; then
  answered() {
    case $2 in *:*) tool="ping -6" ;; *) tool="ping -4" ;; esac
    if $tool -c 2 -W 2 -I "$2" "$1" >/dev/null 2>&1; then echo answered; else echo silent; fi
  }
  for one in $(echo "$forged" | tr , ' '); do
    own=${one%%@*} rest=${one#*@}
    other=${rest%%@*} target=${rest#*@}
    say "from $own: $(answered "$target" "$own")"
    case $own in *:*) length=64 ;; *) length=24 ;; esac
    ip addr add "$other/$length" dev "$link"
    say "from forged $other: $(answered "$target" "$other")"
    ip addr del "$other/$length" dev "$link"
  done
  ip link set "$link" down
  ip link set "$link" address 52:54:00:fe:ed:01
  ip link set "$link" up
  sleep 1
  for one in $(echo "$forged" | tr , ' '); do
    own=${one%%@*} rest=${one#*@}
    target=${rest#*@}
    case $own in *:*) ip addr add "$own/64" dev "$link" 2>/dev/null ;; esac
    say "from $own with a forged hardware address: $(answered "$target" "$own")"
  done
  say "forging is over"
fi

# A test of the live console asks for something to see at any time.
if asked hostwright.tick; then
  (while :; do say tick; sleep 1; done) &
fi
if asked hostwright.shell; then
  while :; do setsid cttyhack sh -l; done
fi
while :; do sleep 3600 & wait $!; done
