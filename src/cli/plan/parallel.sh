#!/usr/bin/env bash
# A hunt in @SHARDS@ shards by GNU parallel, and one report of what they found, in @FOLDER@report.txt.
# To use more machines than this one, give parallel an --sshloginfile; they must share this folder.
#
# Exit code 1 is a finding: it is final, and so is every other that squall ends with by itself. Only a crash is worth
# another try, and gets two.
set -euo pipefail
mkdir -p @FOLDER@
cat > @FOLDER@job.sh <<'JOB'
for attempt in 1 2 3; do
    code=0
    @HUNT@ --jobs 1 > "@FOLDER@shard-$PARALLEL_SEQ.log" 2>&1 || code=$?
    case $code in 0 | 1 | 2 | 3 | 4 | 5 | 130) break ;; esac
done
exit "$code"
JOB
seq @SHARDS@ | parallel --workdir . bash @FOLDER@job.sh || true
@MERGE@ > @FOLDER@report.txt
