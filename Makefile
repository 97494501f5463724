# The README's commands. Each makes what it needs and does nothing twice.
# Plain enough for the make that macOS ships (GNU make 3.81).

PYTHON := .venv/bin/python

# This folder's code, even where .venv was copied or moved along with the folder.
export PYTHONPATH := $(CURDIR)/src
# This environment's kernel, not one of the same name in the user's home; and not the user's own
# IPython start-up files.
export JUPYTER_PREFER_ENV_PATH := 1
export IPYTHONDIR := $(CURDIR)/tools/ipython

.PHONY: help study test refresh lab benchmark guard large lock clean
.DEFAULT_GOAL := help

help:
	@echo 'make study     run the analysis: raw tables to figures, in data/derived/'
	@echo 'make test      linters, types, unit tests, and the notebooks against their stored outputs'
	@echo 'make refresh   store the outputs of the notebooks anew, after an intended change'
	@echo 'make lab       open the notebooks in JupyterLab'
	@echo 'make benchmark measure beside other engines, and renew docs/benchmarks.md (20 minutes)'
	@echo 'make guard     whether the library is still as fast as it should be (2 minutes)'
	@echo 'make large     20,000 simulated patients through the chain: seconds and memory (10 minutes)'
	@echo 'make lock      renew the locks and environment.yml from pyproject.toml (needs uv)'
	@echo 'make clean     remove what the study wrote and the caches; the environment .venv stays'
	@echo
	@echo 'Options of the study go in ARGS:  make study ARGS=--help'

study: .venv/installed
	@$(PYTHON) -m ibd_scores.study run $(ARGS)

# All three run even if the first fails, and the summary of the tests comes last.
test: .venv/installed
	@failed=; \
	echo 'ruff'; { $(PYTHON) -m ruff check && $(PYTHON) -m ruff format --check; } || failed="$$failed ruff"; \
	echo 'mypy'; $(PYTHON) -m mypy || failed="$$failed mypy"; \
	test -z "$$failed" || echo "Failed so far, see above:$$failed. The tests run all the same."; \
	echo 'pytest'; $(PYTHON) -m pytest $(or $(ARGS),--cov=ibd_scores) && test -z "$$failed"

refresh: .venv/installed
	@$(PYTHON) -m ibd_scores.study refresh $(ARGS)
	@$(PYTHON) tools/readme.py
	@$(PYTHON) tools/instruments.py

lab: .venv/installed-lab
	@$(PYTHON) -m jupyterlab --ServerApp.ip=127.0.0.1 --LabApp.default_url=/lab/tree/notebooks $(ARGS)

benchmark: .venv/installed
	@$(PYTHON) benchmarks/speed/page.py

guard: .venv/installed
	@$(PYTHON) benchmarks/speed/guard.py $(ARGS)

.venv/installed: requirements.lock pyproject.toml tools/install.sh
	@sh tools/install.sh requirements.lock
	@touch $@

.venv/installed-lab: requirements-lab.lock .venv/installed
	@sh tools/install.sh requirements-lab.lock
	@touch .venv/installed $@

COMPILE := uv pip compile pyproject.toml --quiet --universal --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links --group build \
	--extra study --extra test --extra dask --extra fast

large: .venv/installed
	@$(PYTHON) benchmarks/large.py $(ARGS)

lock: .venv/installed
	$(COMPILE) --output-file requirements.lock $(ARGS)
	$(COMPILE) --output-file requirements-lab.lock --extra lab --constraint requirements.lock $(ARGS)
	$(PYTHON) tools/environment.py

clean:
	find data/derived -mindepth 1 -maxdepth 1 ! -name README.md -exec rm -rf {} +
	rm -rf .pytest_cache .ruff_cache .mypy_cache .hypothesis .coverage
	find benchmarks src tests tools notebooks -name __pycache__ -type d -prune -exec rm -rf {} +
	find notebooks -name .ipynb_checkpoints -type d -prune -exec rm -rf {} +
