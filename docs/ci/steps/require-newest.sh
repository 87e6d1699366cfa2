#!/usr/bin/env bash
# Refuses to continue when what was checked out is no longer what the branch holds.
#
#   require-newest.sh BRANCH PATH…
#
# Between a merge and its approval others may merge. An older run that is approved late would set
# jobs back; only changes of PATH… count.
set -euo pipefail

branch="$1"
shift
git fetch --quiet --no-tags --depth=1 origin "+refs/heads/$branch:refs/remotes/origin/$branch"
if ! git diff --quiet HEAD "refs/remotes/origin/$branch" -- "$@"; then
  echo "$branch has moved since this run started: nothing was imported. Approve its newest run." >&2
  exit 1
fi
