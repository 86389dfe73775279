# shellcheck shell=bash
#
# Apache Kafka, a single KRaft node from Maven Central's jars. Part of tests/tools/servers, which see.

fetch_kafka() {
    local dir=$CACHE/kafka
    cmp -s "$TOOLS/pom.xml" "$dir/pom.xml" && return
    rm -rf "$dir"
    mkdir -p "$dir"
    # shellcheck disable=SC2154
    maven "Apache Kafka (43 MB)" -f "$TOOLS/pom.xml" $copy_dependencies:copy-dependencies \
        "-DoutputDirectory=$dir/lib"
    cp "$TOOLS/pom.xml" "$dir/pom.xml"
}

java_flags() { # java_flags HEAP JIT; the light compiler starts sooner, the full one runs faster
    echo "-Xmx$1 -XX:+UseSerialGC $([ "$2" = full ] || echo -XX:TieredStopAtLevel=1)"
}

QUIET=-Dorg.slf4j.simpleLogger.defaultLogLevel=warn

# A single KRaft node. Small internal topics and no waiting, so that tests start fast; the short times
# are for those who kill and restart it, and for those who wait for a session to end or for retention.
kafka_properties() { # kafka_properties DIR PORT CONTROLLER-PORT PROPERTY...
    printf '%s\n' process.roles=broker,controller node.id=1 "controller.quorum.voters=1@127.0.0.1:$3" \
        "listeners=PLAINTEXT://127.0.0.1:$2,CONTROLLER://127.0.0.1:$3" \
        controller.listener.names=CONTROLLER "log.dirs=$1/data" \
        offsets.topic.replication.factor=1 offsets.topic.num.partitions=4 \
        transaction.state.log.replication.factor=1 transaction.state.log.min.isr=1 \
        transaction.state.log.num.partitions=4 group.initial.rebalance.delay.ms=0 \
        broker.heartbeat.interval.ms=500 broker.session.timeout.ms=2000 \
        group.min.session.timeout.ms=1000 log.retention.check.interval.ms=1000 \
        log.initial.task.delay.ms=500 log.segment.delete.delay.ms=500 "${@:4}"
}

# What `secure=yes` adds to the properties above, of which the last of a name counts. The tokens of
# OAUTHBEARER are checked with the public keys that DIR/tls/jwks.json names, which the tests write. Kafka 4.1 has to be told that
# it is a broker that checks: left to itself its validator looks at no signature and no audience, whatever else is set.
kafka_security() { # kafka_security DIR PORT CONTROLLER-PORT TLS-PORT EXPIRED-PORT SASL-PORT
    local tls=$1/tls sasl=listener.name.sasl security=org.apache.kafka.common.security listener
    cat "$tls/key.pem" "$tls/cert.pem" >"$tls/server.pem"
    cat "$tls/key.pem" "$tls/expired.pem" >"$tls/server-expired.pem"
    printf '%s\n' "listeners=PLAINTEXT://127.0.0.1:$2,CONTROLLER://127.0.0.1:$3,TLS://127.0.0.1:$4,EXPIRED://127.0.0.1:$5,SASL://127.0.0.1:$6" \
        listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,TLS:SSL,EXPIRED:SSL,SASL:SASL_SSL \
        "listener.name.tls.ssl.keystore.location=$tls/server.pem" \
        "listener.name.expired.ssl.keystore.location=$tls/server-expired.pem" \
        "$sasl.ssl.keystore.location=$tls/server.pem" \
        $sasl.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512,OAUTHBEARER \
        "$sasl.scram-sha-512.sasl.jaas.config=$security.scram.ScramLoginModule required;" \
        "$sasl.plain.sasl.jaas.config=$security.plain.PlainLoginModule required user_henpin=\"$(cat "$tls/password")\";" \
        "$sasl.oauthbearer.sasl.jaas.config=$security.oauthbearer.OAuthBearerLoginModule required;" \
        $sasl.oauthbearer.sasl.server.callback.handler.class=$security.oauthbearer.OAuthBearerValidatorCallbackHandler \
        "$sasl.oauthbearer.sasl.oauthbearer.jwks.endpoint.url=file://$tls/jwks.json" \
        $sasl.oauthbearer.sasl.oauthbearer.expected.audience=henpin \
        $sasl.sasl.oauthbearer.jwt.validator.class=$security.oauthbearer.BrokerJwtValidator
    for listener in tls expired sasl; do echo "listener.name.$listener.ssl.keystore.type=PEM"; done
}

kafka_answers() { kcat -b "127.0.0.1:$1" -L -m 2 2>/dev/null | grep -q '^ 1 brokers'; }
kafka_settled() { is_stopped "$1/pid" || kafka_answers "$(cat "$1/port")"; }

start_kafka() {
    local dir=$1 heap=512m jit=light option properties=() attempt cluster secure=no user=() ports=()
    shift
    for option in "$@"; do
        case $option in
        heap=*) heap=${option#*=} ;;
        jit=*) jit=${option#*=} ;;
        secure=*) secure=${option#*=} ;;
        *) properties+=("$option") ;;
        esac
    done
    [ -e "$dir/flags" ] || java_flags "$heap" "$jit" >"$dir/flags"
    if [ "$secure" = yes ] && [ ! -e "$dir/tls" ]; then
        make_tls "$dir/tls"
        head -c 18 /dev/urandom | base64 | tr '+/' 'xy' >"$dir/tls/password"
        echo '{"keys": []}' >"$dir/tls/jwks.json"
        echo "-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=file://$dir/tls/jwks.json" >>"$dir/flags"
        user=(--add-scram "SCRAM-SHA-512=[name=henpin,password=$(cat "$dir/tls/password")]")
    fi
    for attempt in 1 2 3; do
        if [ ! -e "$dir/data" ]; then
            free_port >"$dir/port"
            kafka_properties "$dir" "$(cat "$dir/port")" "$(free_port)" "${properties[@]}" >"$dir/server.properties"
            if [ "$secure" = yes ]; then
                ports=("$(cat "$dir/port")" "$(sed -n 's/.*CONTROLLER:.*://p' "$dir/server.properties" | head -1)" "$(free_port)" "$(free_port)" "$(free_port)")
                kafka_security "$dir" "${ports[@]}" >>"$dir/server.properties"
            fi
            cluster=A$(head -c 16 /dev/urandom | base64 | tr '+/' 'xy' | cut -c1-21)
            # shellcheck disable=SC2046 # flags are words
            java $(cat "$dir/flags") $QUIET -cp "$CACHE/kafka/lib/*" kafka.tools.StorageTool format \
                -t "$cluster" -c "$dir/server.properties" "${user[@]}" >"$dir/log" 2>&1 ||
                { last_lines "$dir/log"; die "could not format Kafka's storage"; }
        fi
        # shellcheck disable=SC2046
        spawn "$dir/pid" "$dir/server.properties" "$dir/log" java $(cat "$dir/flags") \
            $QUIET -cp "$CACHE/kafka/lib/*" \
            kafka.Kafka "$dir/server.properties"
        until_true 60 kafka_settled "$dir" || die "Kafka does not answer on port $(cat "$dir/port"), see $dir/log"
        is_running "$dir/pid" && break
        if [ "$attempt" = 3 ] || ! grep -qi 'already in use' "$dir/log"; then
            last_lines "$dir/log"
            die "Kafka did not start"
        fi
        rm -rf "$dir/data"
    done
    echo "KAFKA_BOOTSTRAP_SERVERS='127.0.0.1:$(cat "$dir/port")'" >"$dir/env"
    [ ! -e "$dir/tls" ] || sed -n "s/^listeners=.*,TLS:..\([^,]*\),EXPIRED:..\([^,]*\),SASL:..\(.*\)/\
KAFKA_TLS_SERVERS='\1'\nKAFKA_EXPIRED_SERVERS='\2'\nKAFKA_SASL_SERVERS='\3'\nKAFKA_TLS='${dir//\//\\/}\/tls'/p" \
        "$dir/server.properties" >>"$dir/env"
}

halt_kafka() { end_process "$1/pid" TERM; }
kill_kafka() { end_process "$1/pid" KILL; }
remove_kafka() { end_process "$1/pid" KILL; }
