#!/usr/bin/env bash
# Commits what an export changed below FOLDER to a branch of its own, and pushes that branch.
#
#   push-export.sh FOLDER
#
# Runs in a checkout with its whole history, at the branch that the pull request is for. Prints one
# word: `none` (FOLDER is as the checkout has it), `same` (the branch already holds this), `pushed`.
# The branch belongs to the export: each run makes it anew. It is not overwritten when somebody else
# committed to it, nor when it moved while this ran.
set -euo pipefail

folder="$1"
branch="${EXPORT_BRANCH:-job-sync/export}"
email="${EXPORT_EMAIL:-job-sync@localhost}"
ours="refs/remotes/origin/$branch"

stop() {
  echo "$1" >&2
  exit 1
}

base="$(git rev-parse HEAD)"
# A warning may have names of files in it, in which ## or :: would be an order to the agent. Each
# twice: the first time leaves a pair of an odd number of them.
git add --all -- "$folder" \
  2> >(sed -e 's/##/# #/g' -e 's/##/# #/g' -e 's/::/: :/g' -e 's/::/: :/g' >&2)
if git diff --cached --quiet; then
  echo none
  exit
fi
git -c user.name="Job Sync" -c user.email="$email" commit --quiet --no-verify \
  --message "Export the jobs of ${WORKSPACE_NAME:-DEV}"

before=""
if [ -n "$(git ls-remote origin "refs/heads/$branch")" ]; then
  git fetch --quiet --no-tags origin "+refs/heads/$branch:$ours"
  before="$(git rev-parse "$ours")"
  others="$(git log --format=%ae "$base..$before" | grep -vxF "$email" || true)"
  if [ -n "$others" ]; then
    stop "$branch has commits of somebody else, which an export would lose. Merge it or delete it."
  fi
  if [ "$(git rev-parse "$before^{tree}")" = "$(git rev-parse "HEAD^{tree}")" ] &&
    [ "$(git rev-parse "$before^")" = "$base" ]; then
    echo same
    exit
  fi
fi
git push --quiet --force-with-lease="refs/heads/$branch:$before" origin "HEAD:refs/heads/$branch" ||
  stop "$branch was not pushed. If it moved while this ran, the next export makes it anew."
echo pushed
