#!/usr/bin/env bash
# Runs cli.py with these arguments, so that neither definitions nor names of jobs can steer the run.
#
#   job-sync.sh COMMAND [OPTION]…      paths have to be absolute
#
# It runs in its own folder: in that of the definitions, a file `.env` of a pull request would be
# read as configuration. What it prints has names in it, and in one `##vso[…]`, `##[…]` or `::…::`
# would be an order to the agent that reads the log. WORKSPACE_NAME is in the title of its summary.
set -euo pipefail

if [ -n "${WORKSPACE_NAME:-}" ] && [[ " $* " == *" --markdown "* ]]; then
  set -- "$@" --workspace-name "$WORKSPACE_NAME"
fi
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
# Each twice: the first time leaves a pair of an odd number of them.
python cli.py "$@" 2>&1 |
  sed -u -e 's/##/# #/g' -e 's/##/# #/g' -e 's/::/: :/g' -e 's/::/: :/g'
