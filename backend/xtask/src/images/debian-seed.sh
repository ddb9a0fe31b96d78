#!/bin/sh
# Applies the seed at every start: host name, keys, addresses, and the size of the disk.
set -u
resize2fs "$(findmnt -n -o SOURCE /)" >/dev/null 2>&1
[ -e /etc/ssh/ssh_host_ed25519_key ] || ssh-keygen -A >/dev/null

seed=/dev/disk/by-label/CIDATA
waited=0
while [ ! -e $seed ] && [ $waited -lt 50 ]; do sleep 0.1; waited=$((waited + 1)); done
[ -e $seed ] || exit 0
mkdir -p /run/hostwright
mount -t iso9660 -o ro $seed /run/hostwright || exit 0
settings() { sed -n "s/^$1=//p" /run/hostwright/hostwright.env; }

name=$(settings hostname)
if [ -n "$name" ]; then
  echo "$name" > /etc/hostname
  hostname "$name"
  printf '127.0.0.1 localhost\n127.0.1.1 %s\n::1 localhost ip6-localhost\n' "$name" > /etc/hosts
fi

install -d -m 700 /root/.ssh
# Keys that the owner added by hand stay.
touch /root/.ssh/authorized_keys
chmod 600 /root/.ssh/authorized_keys
while read -r key; do
  grep -qxF "$key" /root/.ssh/authorized_keys || echo "$key" >> /root/.ssh/authorized_keys
done < /run/hostwright/authorized_keys

{
  printf '[Match]\nMACAddress=%s\n\n[Network]\nIPv6AcceptRA=no\n' "$(settings mac)"
  for one in $(settings address); do echo "Address=$one"; done
  for one in $(settings gateway); do echo "Gateway=$one"; done
  for one in $(settings dns); do echo "DNS=$one"; done
} > /etc/systemd/network/10-hostwright.network
chmod 644 /etc/systemd/network/10-hostwright.network
