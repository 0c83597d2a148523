#!/usr/bin/env bash
# Sourced. Prints the path of a program: the first candidate that works, or Debian's, unpacked into a folder of this checkout without installing it.
#
#   debian_program NAME PACKAGE VARIABLE FOLDER PROGRAM WORKS CANDIDATE...
#
# NAME is what to call it, VARIABLE the one in which it can be named, PROGRAM its path in the folder, WORKS a command that fails where a path is none.
source scripts/needs.sh

debian_program() {
  local name="$1" package="$2" variable="$3" folder="$4" program="$PWD/$4/$5" works="$6"
  shift 6
  local install="install it (Debian, Ubuntu: apt-get install $package)"
  local candidate
  for candidate in "${!variable:-}" "$@" "$program"; do
    if [[ -x "$candidate" ]] && "$works" "$candidate"; then
      echo "$candidate"
      return
    fi
  done

  if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
    echo "$name is missing: $install, or name it with $variable=/path/to/${program##*/}" >&2
    return 1
  fi
  echo "$folder: unpacking Debian's $package" >&2
  work="$(mktemp -d)"
  trap 'rm -rf "$work"' EXIT
  download() {
    (cd "$work" && apt-get download --quiet "$package")
  }
  # A fresh machine has no lists of packages yet.
  if ! download >"$work/log" 2>&1 && ! (apt_get update --quiet && download) >"$work/log" 2>&1; then
    cat "$work/log" >&2
    echo "$package cannot be downloaded: $install" >&2
    return 1
  fi
  rm -rf "$folder"
  dpkg-deb --extract "$work/$package"_*.deb "$folder"
  if ! "$works" "$program"; then
    echo "the unpacked $package does not run here: $install" >&2
    return 1
  fi
  echo "$program"
}
