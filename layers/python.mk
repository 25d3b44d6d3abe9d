# Included by the layers' makefiles.
#
#   LAYER_TARGET          lambda (default) or host: the embedded AWS runs functions with this machine's own Python
#   LAMBDA_ARCHITECTURE   arm64 (default) or x86_64, as the template's parameter LambdaArchitecture
#   PYTHON                the Python (3.11 or newer, with pip) that builds; 3.13 can also compile for Lambda
LAYER_TARGET ?= lambda
LAMBDA_ARCHITECTURE ?= arm64
# Tried, not only found: version managers put names on the path that do not start.
PYTHON ?= $(shell for name in python3.13 python3.14 python3.12 python3.11 python3; do \
  $$name -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)

ifeq ($(strip $(PYTHON)),)
$(error no Python from 3.11 with pip was found: set PYTHON=... to one that has both, such as a virtual environment's)
endif

# sam runs make in a copy of the layer's directory, but names the makefile where it really is: ROOT is from there.
MAKER = cd "$(ROOT)" && "$(PYTHON)" -m layers.maker --target $(LAYER_TARGET) --architecture $(LAMBDA_ARCHITECTURE) \
  --out "$(ARTIFACTS_DIR)"
