#!/usr/bin/env bash
# The acceptance run of the cuda engine; needs this folder, a GPU, CUDA 13, cuDNN 9 and a Python with
# PyTorch and torchvision. Options go to accept.py (--help). PYTHON: which Python (default: python3).
set -u
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)"
PYTHON="${PYTHON:-python3}"

case " $* " in
  *" --help "* | *" -h "*) exec "$PYTHON" "$HERE/accept.py" --help ;;
esac
if [ ! -e /dev/nvidiactl ] && [ ! -e /dev/dxg ]; then
  printf 'accept: this machine has no CUDA device\n' >&2
  exit 1
fi
if ! site="$("$PYTHON" -c 'import os, torch; print(os.path.dirname(os.path.dirname(torch.__file__)))')"; then
  printf 'accept: %s has no PyTorch; set PYTHON to one that has\n' "$PYTHON" >&2
  exit 1
fi

# The folders of the libraries that the bindings ask for: PyTorch's own wheels first.
path=
for library in libcudart.so.13 libcublasLt.so.13 libcudnn.so.9 libnvrtc.so.13; do
  file="$(find "$site/nvidia" /usr/local /usr/lib/x86_64-linux-gnu /opt -name "$library" 2>/dev/null | head -n 1)"
  if [ -z "$file" ]; then
    printf 'accept: %s is neither under %s/nvidia nor under /usr/local\n' "$library" "$site" >&2
    exit 1
  fi
  folder="$(dirname "$file")"
  case ":$path:" in
    *":$folder:"*) ;;
    *) path="${path:+$path:}$folder" ;;
  esac
done
export LD_LIBRARY_PATH="$path${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
unset LD_BIND_NOW # the bindings know functions that CUDA 13.0 has not; none of them is called
exec "$PYTHON" "$HERE/accept.py" "$@"
