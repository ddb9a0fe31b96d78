#!/bin/sh
# One line on the console by which the panel knows that the guest is up.
address=$(sed -n 's/^address=//p' /run/hostwright/hostwright.env 2>/dev/null | head -n 1)
address=${address%/*}
waited=0
while [ -n "$address" ] && ! ip addr | grep -qF " $address/" && [ $waited -lt 100 ]; do
  sleep 0.2
  waited=$((waited + 1))
done
echo "HOSTWRIGHT guest $(hostname) is up, address ${address:-none}, boot $(cat /proc/sys/kernel/random/boot_id)" > /dev/console
