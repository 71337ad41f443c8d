"""Unpacks from the wheel argv[1] what building and running the addon takes, into argv[2]."""

import os, shutil, sys, zipfile
wheel, deps = sys.argv[1:]
headers = ('tensorflow/c/', 'tensorflow/core/platform/', 'tensorflow/tsl/', 'xla/tsl/', 'tsl/', 'absl/')
with zipfile.ZipFile(wheel) as archive:
    for entry in archive.infolist():
        name = entry.filename
        if name.endswith('/'):
            continue
        if name.startswith('tensorflow/libtensorflow_'):
            target = os.path.join(deps, 'lib', os.path.basename(name))
        elif name.startswith('tensorflow/include/') and name[19:].startswith(headers):
            target = os.path.join(deps, 'include', *name[19:].split('/'))
        else:
            continue
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with archive.open(entry) as source, open(target, 'wb') as sink:
            shutil.copyfileobj(source, sink, 1 << 20)
