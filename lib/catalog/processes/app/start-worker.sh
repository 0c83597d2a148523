# Starts the worker, and syncs the templates of destinations and transformations to the database in the background.
#
# PostHog queues this at most once an hour, when one of its processes starts, and counts it as a success even if `plugins` does not respond. Then
# the templates of Node, such as GeoIP, are missing or those of the previous release. This script retries until they are synced. It does so in a
# subshell, so that the worker's own script is process 1 and gets the signals.
say() { echo "[templates] $*"; }

answers() {
  python - <<'EOF' 2>&1
import os, sys, urllib.request
url = os.environ["CDP_API_URL"] + "/api/hog_function_templates"
try:
    request = urllib.request.Request(url, headers={"x-internal-api-secret": os.environ.get("INTERNAL_API_SECRET", "")})
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10).read()
except Exception as error:
    sys.exit(f"[templates] waiting for {url}: {error}")
EOF
}

# Skips Django's system checks: those of July's admin site fail in the worker's environment, on a circular import of replay_vision.
sync() {
  local output
  output=$(nice -n 10 python manage.py sync_hog_function_templates --skip-checks 2>&1) || { tail -n 20 <<< "$output"; return 1; }
  grep -E '^(Error fetching|Hog function template sync)' <<< "$output"
  ! grep -q '^Error fetching' <<< "$output"
}

templates() {
  # Seconds, doubled up to five minutes.
  local wait=${TEMPLATES_WAIT:-10}
  until answers && sync; do
    sleep "$wait"
    wait=$((wait * 2 > 300 ? 300 : wait * 2))
  done
  say 'up to date'
}

if [ -n "$CDP_API_URL" ]; then
  templates &
fi
exec ./bin/docker-worker-celery --with-scheduler
