#!/usr/bin/env bash
# Installs what the tests' servers need into the system and into the folder that is given, unless it is there already:
# Ceph for S3, MariaDB with what its driver for Python is built with, and Azurite for Azure. The others are Python's.
set -euo pipefail
folder=$1

declare -A package=(
    [radosgw]=radosgw [ceph-mon]=ceph-mon [ceph-osd]=ceph-osd [ceph]=ceph-common [mariadbd]=mariadb-server
    [mariadb_config]=libmariadb-dev [pkg-config]=pkg-config [cc]=gcc [npm]=npm
)
missing=()
for program in "${!package[@]}"; do
    PATH=$PATH:/usr/sbin command -v "$program" > /dev/null || missing+=("${package[$program]}")
done
python3 -c 'import os, sys, sysconfig; sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))' ||
    missing+=(python3-dev)
if ((${#missing[@]})); then
    if ! command -v apt-get > /dev/null; then
        echo "The tests need programs of these packages of Debian's: ${missing[*]}. Install them, and run this again." >&2
        exit 1
    fi
    root=()
    ((EUID == 0)) || root=(sudo)
    "${root[@]}" apt-get -qq update
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq install -y --no-install-recommends "${missing[@]}" > /dev/null
fi

npm install --silent --no-audit --no-fund --no-save --prefix "$folder" azurite@3.35.0
