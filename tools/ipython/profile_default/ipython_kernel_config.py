# The kernel of the notebooks, alike for the chain, the tests and JupyterLab.
c = get_config()  # noqa: F821 (IPython provides it)

# Each kernel would otherwise warn that it talks to its own machine without encryption.
c.IPKernelApp.log_level = "ERROR"
# Kernels that run side by side would otherwise wait for one another's history file.
c.HistoryManager.enabled = False
