# shellcheck shell=bash
#
# A private Postgres cluster. Part of tests/tools/servers, which see.

fetch_postgres() { :; } # comes with the system's packages

postgres_bin() {
    local dir
    for dir in $(compgen -G '/usr/lib/postgresql/*/bin' | sort -Vr) $(compgen -G '/usr/pgsql-*/bin' | sort -Vr); do
        [ -x "$dir/initdb" ] && [ -x "$dir/postgres" ] && echo "$dir" && return
    done
    dir=$(command -v initdb) && dirname "$dir"
}

# Postgres refuses to run as root; root lends it a user, preferably the one of Debian's package.
pg_user() {
    [ "$(id -u)" = 0 ] || return 0
    local user
    for user in postgres nobody; do
        getent passwd $user >/dev/null && echo $user && return
    done
}
# From /, because the user may not be able to stand where we stand; in a session of its own, because
# initdb would take notice of a Ctrl-C that is not meant for it.
as_pg() {
    local user
    user=$(pg_user)
    if [ -z "$user" ]; then
        (cd / && setsid -w "$@")
    else
        (cd / && setsid -w runuser -u "$user" -- "$@")
    fi
}

# Prints the directory for the cluster. That is DIR/home, unless the user of the server cannot get
# there or the path is too long for a socket (107 bytes): then one in /var/tmp, remembered by a link.
pg_make_home() {
    local dir=$1 home=$1/home user
    user=$(pg_user)
    mkdir "$home"
    [ -z "$user" ] || chown "$user" "$home"
    if [ ${#home} -gt 80 ] || ! as_pg test -x "$home" -a -w "$home"; then
        rmdir "$home"
        home=$(mktemp -d /var/tmp/henpin-pg.XXXXXX)
        [ -z "$user" ] || chown "$user" "$home"
        ln -s "$home" "$dir/home"
    fi
    chmod 700 "$home"
    echo "$home"
}

# The socket lies in a directory that only its owner (and root) can enter, so it needs no password;
# the TCP port is open to every user of the machine, so it does.
pg_init() {
    local dir=$1 home setting name settings=()
    shift
    home=$(pg_make_home "$dir")
    head -c 18 /dev/urandom | base64 | tr '+/' 'xy' >"$dir/password"
    if ! as_pg sh -c 'umask 077; cat >"$1/password"; shift; exec "$@"' sh "$home" \
        "$(postgres_bin)/initdb" -D "$home/data" -U henpin --pwfile="$home/password" \
        --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 --no-sync \
        <"$dir/password" >"$dir/log" 2>&1; then
        last_lines "$dir/log"
        die "could not create a Postgres cluster in $home"
    fi
    for setting in "$@"; do
        if [ "$setting" = secure=yes ]; then
            make_tls "$dir/tls"
            for name in key cert expired; do
                as_pg sh -c 'umask 077; cat >"$1"' sh "$home/$name.pem" <"$dir/tls/$name.pem"
            done
            settings+=(ssl=on "ssl_cert_file=$home/cert.pem" "ssl_key_file=$home/key.pem")
        else
            settings+=("$setting")
        fi
    done
    {
        printf "%s\n" "listen_addresses = '127.0.0.1'" "unix_socket_directories = '$home'" \
            "timezone = 'UTC'" "log_timezone = 'UTC'" "max_connections = 200" \
            "log_line_prefix = '%m [%p] %d '" "shared_buffers = 128MB" "max_wal_size = 1GB"
        for setting in "${settings[@]}"; do printf "%s = '%s'\n" "${setting%%=*}" "${setting#*=}"; done
    } | as_pg tee -a "$home/data/postgresql.conf" >/dev/null
}

pg_ctl() { # pg_ctl DIR ARGUMENTS...
    local home
    home=$(readlink -f "$1/home")
    shift
    as_pg "$(postgres_bin)/pg_ctl" -D "$home/data" -s -t $((60 * TEST_SLOW)) "$@"
}

start_postgres() {
    local dir=$1 home attempt
    shift
    [ -n "$(postgres_bin)" ] || die "no Postgres server here: run tests/tools/setup"
    [ -e "$dir/port" ] || pg_init "$dir" "$@"
    home=$(readlink -f "$dir/home")
    for attempt in 1 2 3; do
        [ -e "$dir/port" ] || free_port >"$dir/port"
        pg_ctl "$dir" start -w -l "$home/log" -o "-p $(cat "$dir/port")" >>"$dir/log" 2>&1 && break
        if [ "$attempt" = 3 ] || ! grep -q 'Address already in use' "$home/log"; then
            last_lines "$home/log"
            die "Postgres did not start"
        fi
        rm "$dir/port"
    done
    head -1 "$home/data/postmaster.pid" >"$dir/pid"
    echo "$home/data" >"$dir/pid.mark"
    {
        echo "PG_CONNINFO='host=127.0.0.1 port=$(cat "$dir/port") user=henpin password=$(cat "$dir/password") dbname=postgres'"
        echo "PG_SOCKET_CONNINFO='host=$home port=$(cat "$dir/port") user=henpin dbname=postgres'"
        [ ! -e "$dir/tls" ] || echo "PG_TLS='$dir/tls'"
    } >"$dir/env"
}

halt_postgres() { is_stopped "$1/pid" || pg_ctl "$1" stop -w -m fast; }

# The postmaster's children end by themselves when it is gone; a restart must wait for them. The lock
# files name a process that is dead but perhaps not yet buried by its parent, which Postgres would take
# for a living one; when nobody lives in the data directory any more, they can go.
kill_postgres() {
    local home
    home=$(readlink -f "$1/home")
    end_process "$1/pid" KILL
    until_true 30 pg_is_deserted "$home" || die "a process of Postgres outlives its postmaster"
    rm -f "$home/data/postmaster.pid" "$home"/.s.PGSQL.*
}
pg_is_deserted() { [ -z "$(find /proc -maxdepth 2 -name cwd -lname "$1/data" 2>/dev/null)" ]; }

remove_postgres() {
    local home
    is_stopped "$1/pid" || pg_ctl "$1" stop -w -m immediate
    home=$(readlink -f "$1/home") || return 0
    rm -rf "$home"
}
