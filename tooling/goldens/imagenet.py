"""Prints ImageNet's 1,000 classes as TypeScript, an identifier and a name a line:

    python tooling/goldens/imagenet.py > packages/core/src/classes/imagenet.ts    (torchvision, timm)
"""

import importlib.metadata
import pathlib

import with_torchvision  # noqa: F401 (before torchvision)

import timm
from torchvision.models._meta import _IMAGENET_CATEGORIES as names

WORDNET = """\
This software and database is being provided to you, the LICENSEE, by Princeton University under the following license. By
obtaining, using and/or copying this software and database, you agree that you have read, understood, and will comply with these
terms and conditions.:

Permission to use, copy, modify and distribute this software and database and its documentation for any purpose and without fee
or royalty is hereby granted, provided that you agree to comply with the following copyright notice and statements, including the
disclaimer, and that the same appear on ALL copies of the software, database and documentation, including modifications that you
make for internal use or for distribution.

WordNet 3.0 Copyright 2006 by Princeton University. All rights reserved.

THIS SOFTWARE AND DATABASE IS PROVIDED "AS IS" AND PRINCETON UNIVERSITY MAKES NO REPRESENTATIONS OR WARRANTIES, EXPRESS OR
IMPLIED. BY WAY OF EXAMPLE, BUT NOT LIMITATION, PRINCETON UNIVERSITY MAKES NO REPRESENTATIONS OR WARRANTIES OF MERCHANTABILITY OR
FITNESS FOR ANY PARTICULAR PURPOSE OR THAT THE USE OF THE LICENSED SOFTWARE, DATABASE OR DOCUMENTATION WILL NOT INFRINGE ANY THIRD
PARTY PATENTS, COPYRIGHTS, TRADEMARKS OR OTHER RIGHTS.

The name of Princeton University or Princeton may not be used in advertising or publicity pertaining to distribution of the
software and/or database. Title to copyright in this software, database and any associated documentation shall at all times remain
with Princeton University and LICENSEE agrees to preserve same."""

version = {package: importlib.metadata.version(package) for package in ["torchvision", "timm"]}
distribution = importlib.metadata.distribution("torchvision")
torchvision_licence = next(file for file in distribution.files if file.name == "LICENSE").read_text().strip()

folder = pathlib.Path(timm.__file__).parent / "data" / "_info"
ids = (folder / "imagenet_synsets.txt").read_text().split()
lemmas = dict(line.split("\t") for line in (folder / "imagenet_synset_to_lemma.txt").read_text().splitlines())

assert len(ids) == len(names) == len(set(ids)) == len(set(names)) == 1000
# Both lists are in the same order: a name is its synset's first, but for two whose first is another synset's as well.
different = [i for i in range(1000) if names[i] != lemmas[ids[i]].split(", ")[0]]
assert different == [134, 639], different

head = f"""\
By tooling/goldens/imagenet.py: the names of torchvision {version["torchvision"]} (torchvision/models/_meta.py, BSD-3-Clause), and the identifiers of
timm {version["timm"]} (timm/data/_info/imagenet_synsets.txt, Apache-2.0), in the same order. Both are WordNet's.

torchvision:
{torchvision_licence}

WordNet Release 3.0:
{WORDNET}"""
print("/*!")
print("\n".join(f" * {line}".rstrip() for line in head.splitlines()))
table = "\n".join(f"{id} {name}" for id, name in zip(ids, names))
print(f""" */

/** In the order of the logits: a synset's identifier, and its name. */
const table = `{table}`;

const column = (from: number, to?: number): readonly string[] =>
  table.split('\\n').map((line) => line.slice(from, to));

/** ImageNet's 1,000 classes in the order of the logits, by torchvision's names: `tench` to `toilet tissue`. No two are equal. */
export const imageNetClasses: readonly string[] = /* @__PURE__ */ column(10);

/** The WordNet identifiers of `imageNetClasses`, in the same order: `n01440764` to `n15075141`. */
export const imageNetIds: readonly string[] = /* @__PURE__ */ column(0, 9);""")
