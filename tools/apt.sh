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

debian_keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# apt_fetch DIR SUITE PACKAGE...: packages of Debian SUITE, fetched and signature-checked by apt itself under a private state
# directory below DIR, and unpacked into DIR/root, never installed. The host's packages, sources and keys stay as they are;
# its mirrors and proxies are used. DIR/versions.txt gets a line for each: name, version, sha256. DIR/apt.log has what apt
# said; on failure its last lines are shown.
apt_fetch() {
    fetch_dir=$1 fetch_suite=$2
    shift 2
    fetch_apt=$fetch_dir/apt
    fetch_main=$(apt_mirror Debian)
    fetch_security=$(apt_mirror Debian-Security)
    mkdir -p "$fetch_apt/etc/apt.conf.d" "$fetch_apt/etc/preferences.d" "$fetch_apt/etc/trusted.gpg.d" \
        "$fetch_apt/etc/sources.list.d" "$fetch_apt/state/lists/partial" "$fetch_apt/cache/archives/partial" \
        "$fetch_apt/debs" "$fetch_dir/root" || return 1
    : > "$fetch_apt/state/status"
    for fetch_at in "$fetch_main $fetch_suite" "$fetch_security $fetch_suite-security"; do
        [ -z "${fetch_at%% *}" ] ||
            printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n\n' \
                "${fetch_at% *}" "${fetch_at#* }" "$debian_keyring"
    done > "$fetch_apt/etc/sources.list.d/fetch.sources"
    {
        apt_ways
        cat <<CONF
Dir::Etc "$fetch_apt/etc";
Dir::Etc::parts "$fetch_apt/etc/apt.conf.d";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$fetch_apt/etc/sources.list.d";
Dir::Etc::trustedparts "$fetch_apt/etc/trusted.gpg.d";
Dir::State "$fetch_apt/state";
Dir::State::status "$fetch_apt/state/status";
Dir::Cache "$fetch_apt/cache";
Acquire::Languages "none";
Acquire::Retries "3";
APT::Sandbox::User "$(id -un)";
CONF
    } > "$fetch_apt/apt.conf"
    (
        export APT_CONFIG="$fetch_apt/apt.conf"
        cd "$fetch_apt/debs" && apt-get -q update && apt-get -q download "$@"
    ) >"$fetch_dir/apt.log" 2>&1 || { tail -n 5 "$fetch_dir/apt.log" >&2; return 1; }
    for fetch_deb in "$fetch_apt"/debs/*.deb; do
        dpkg-deb -x "$fetch_deb" "$fetch_dir/root" || return 1
        echo "$(dpkg-deb -f "$fetch_deb" Package) $(dpkg-deb -f "$fetch_deb" Version)" \
            "$(sha256sum < "$fetch_deb" | cut -d' ' -f1)"
    done >> "$fetch_dir/versions.txt"
}
