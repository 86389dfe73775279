# shellcheck shell=bash
#
# Apicurio, which speaks Confluent's registry API. Part of tests/tools/servers, which see.

APICURIO=2.6.13.Final
REGISTRY_PATH=/apis/ccompat/v7

fetch_registry() {
    local dir=$CACHE/apicurio-$APICURIO artifact=io.apicurio:apicurio-registry-app:$APICURIO:tar.gz:all
    [ -e "$dir/.ready" ] && return
    rm -rf "$dir"
    mkdir -p "$dir"
    # shellcheck disable=SC2154
    maven "the schema registry (142 MB)" $copy_dependencies:get "-Dartifact=$artifact" -Dtransitive=false
    local repository=$CACHE/m2/io/apicurio/apicurio-registry-app
    tar xzf "$repository/$APICURIO/apicurio-registry-app-$APICURIO-all.tar.gz" -C "$dir"
    rm -rf "$repository"
    touch "$dir/.ready"
}

http() { # http PORT METHOD PATH [BODY]: the status line's code
    local code=
    {
        exec 3<>"/dev/tcp/127.0.0.1/$1"
        printf '%s %s HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s' \
            "$2" "$3" "${#4}" "$4" >&3
        read -r -t $((5 * TEST_SLOW)) _ code _ <&3
        exec 3>&-
    } 2>/dev/null && echo "$code"
}
registry_settled() {
    is_stopped "$1/pid" || [ "$(http "$(cat "$1/port")" GET $REGISTRY_PATH/subjects "")" = 200 ]
}

# Apicurio; set to Confluent's default compatibility, which is what connectors expect to meet.
start_registry() {
    local dir=$1 heap=128m option attempt
    shift
    for option in "$@"; do
        case $option in
        heap=*) heap=${option#*=} ;;
        *) die "the registry has no option \"$option\"" ;;
        esac
    done
    [ -e "$dir/flags" ] || java_flags "$heap" light >"$dir/flags"
    for attempt in 1 2 3; do
        [ -e "$dir/port" ] || free_port >"$dir/port"
        # shellcheck disable=SC2046
        spawn "$dir/pid" "-Dhenpin.run=$dir" "$dir/log" env -C "$CACHE/apicurio-$APICURIO" \
            ENABLE_CCOMPAT_CANONICAL_HASH_MODE=true HTTP_PORT="$(cat "$dir/port")" \
            QUARKUS_HTTP_HOST=127.0.0.1 java $(cat "$dir/flags") "-Dhenpin.run=$dir" \
            -jar "apicurio-registry-app-$APICURIO-runner.jar"
        until_true 60 registry_settled "$dir" || die "the registry does not answer on port $(cat "$dir/port"), see $dir/log"
        is_running "$dir/pid" && break
        if [ "$attempt" = 3 ] || ! grep -qi 'already in use' "$dir/log"; then
            last_lines "$dir/log"
            die "the registry did not start"
        fi
        rm "$dir/port"
    done
    http "$(cat "$dir/port")" PUT $REGISTRY_PATH/config '{"compatibility":"BACKWARD"}' >/dev/null ||
        die "the registry did not accept its configuration, see $dir/log"
    echo "SCHEMA_REGISTRY_URL='http://127.0.0.1:$(cat "$dir/port")$REGISTRY_PATH'" >"$dir/env"
}

halt_registry() { end_process "$1/pid" TERM; }
kill_registry() { end_process "$1/pid" KILL; }
remove_registry() { end_process "$1/pid" KILL; }
