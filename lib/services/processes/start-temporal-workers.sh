#!/bin/bash
# Works on every queue in TASK_QUEUES: outside of development a worker of PostHog serves one queue, so there is one for each
# (posthog/settings/temporal.py). Where one of them ends, all end, and ECS starts the task anew.
set -u

# What workflows are found by; a new Temporal knows none of it.
python manage.py register_temporal_search_attributes || exit 1
# bin/migrate leaves this out where DEPLOYMENT is hobby; it can be done again and again.
timeout 90 python manage.py schedule_temporal_workflows ||
  echo 'the schedules of Temporal could not be brought up to date; the next start of this task tries again' >&2

stop() {
  kill -TERM $(jobs -p) 2>/dev/null
}
trap stop TERM INT

# Each worker opens ports for its metrics.
metrics_port=8600
for queue in $TASK_QUEUES; do
  ./bin/temporal-django-worker --task-queue "$queue" --metrics-port "$metrics_port" &
  metrics_port=$((metrics_port + 10))
done

wait -n
status=$?
stop
wait
exit "$status"
