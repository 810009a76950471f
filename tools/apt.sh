# What this machine's apt knows, for other tools to use: source this file.

# apt_mirror LABEL: where Debian's (Label: Debian, Debian-Security) packages come from.
apt_mirror() {
    # shellcheck disable=SC2016 # a field of apt's
    apt-get indextargets --format '$(SITE)' 'Identifier: Packages' 'Origin: Debian' "Label: $1" 2>/dev/null |
        sort -u | head -n 1
}

# apt_ways: proxies, certificates and time-outs, as lines of apt.conf, without the sources.
apt_ways() {
    apt-config dump --format '%F "%v";%n' | grep '^Acquire::' |
        grep -v -e '^Acquire::IndexTargets' -e ' "";$' || :
}
