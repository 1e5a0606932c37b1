#!/usr/bin/env bash
# A hunt in @SHARDS@ shards on Slurm, and one report of what they found, in @FOLDER@report.txt.
# Run this in a folder that all nodes share; it ends with the exit code of that report.
#
# Exit code 1 is a finding: it is final, and so is every other that squall ends with by itself. Only a crash is worth
# another try, and gets two; when a node is lost, Slurm queues its shard again.
set -euo pipefail
mkdir -p @FOLDER@
hunt=$(sbatch --parsable --job-name=squall --array=1-@SHARDS@ --requeue --output=@FOLDER@%A-%a.log <<'JOB'
#!/usr/bin/env bash
for attempt in 1 2 3; do
    code=0
    @HUNT@ --jobs "${SLURM_CPUS_PER_TASK:-1}" || code=$?
    case $code in 0 | 1 | 2 | 3 | 4 | 5 | 130) break ;; esac
done
exit "$code"
JOB
)
sbatch --wait --job-name=squall-merge --dependency="afterany:$hunt" --output=@FOLDER@merge.log <<'JOB'
#!/usr/bin/env bash
@MERGE@ > @FOLDER@report.txt
JOB
