"""The search of Greff et al. 2017, run again: nine cells, small tasks, random settings.

`trial.run` is one trial and needs NumPy alone; `storage` keeps trials with Optuna, `cluster` runs
them with Dask: pip install 'lstm_ref[study]'.
"""
