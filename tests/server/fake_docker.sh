#!/bin/sh
# A `docker` (and `docker-compose`) with just what ComposeServer calls. A container is a process of
# this machine. Only `up` needs Python, which takes longer to start than all the rest.
#
# State lives in the folder FAKE_DOCKER: `calls` (a line each, its words divided by \037),
# `container` (process id and image), `log`; a file `no-plugin` takes `docker compose` away, a file
# `up-fails` holds what `up` says when it fails. Files `fails-VERB` and `hangs-VERB` (ps, inspect,
# down, logs, version) have that call fail with what is in them, or wait with a child of its own for
# as long as nobody kills both; `says-inspect` holds what `inspect` says instead.

state=$FAKE_DOCKER
call=${0##*/}
verb=
between=$(printf '\037')
for word; do
  call=$call$between$word
  case $word in ps|inspect|up|down|logs|version) verb=${verb:-$word};; esac
done
printf '%s\n' "$call" >> "$state/calls"

if [ "${0##*/} $1" = "docker compose" ] && [ -e "$state/no-plugin" ]; then
  echo "docker: 'compose' is not a docker command."
  exit 1
fi
if [ -e "$state/fails-$verb" ]; then
  cat "$state/fails-$verb"
  exit 1
fi
if [ -e "$state/hangs-$verb" ]; then
  sleep 1000
  exit
fi

described() {  # STATUS CODE IMAGE
  printf '{"status": "%s", "exit": %s, "for_memory": false,' "$1" "$2"
  printf ' "started": "2026-11-20T09:00:00Z", "image": "%s", "image_id": "sha256:1"}\n' "$3"
}

case $verb in
up)
  exec UP_COMMAND "$@"  # what is in its place is written here with the program
  ;;
down)
  read -r pid _ < "$state/container"
  kill -s KILL -- "-$pid" 2> /dev/null
  rm "$state/container"
  ;;
ps)
  [ ! -e "$state/container" ] || echo c0ffee
  ;;
inspect)
  if [ -e "$state/says-inspect" ]; then
    cat "$state/says-inspect"
    exit
  fi
  read -r pid image < "$state/container"
  if read -r stat 2> /dev/null < "/proc/$pid/stat" && [ "${stat#*) Z}" = "$stat" ]; then
    described running 0 "$image"
  else
    described exited 1 "$image"
  fi
  ;;
logs)
  case " $* " in
  *" --follow "*) exec tail -c +1 -f "$state/log" ;;
  *) cat "$state/log" ;;
  esac
  ;;
esac
exit 0
