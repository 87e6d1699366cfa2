"""What carries out operations: processes of this machine, or Celery's workers."""
