#!/usr/bin/env python3
"""Pictures of the live page, for those who change it: a phone, a laptop and a wall screen, light and dark.

    page.py FOOTFALL FOLDER [URL]

Without URL the page shows a database of its own, with the rows of tests/e2e/page_data.py.  Needs chromium.
"""
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "e2e"))
import cdp
import page
import page_data

DRAWN = "document.querySelector('#chart-days .plot path') || !document.getElementById('notice').hidden"


def pictures(url, folder):
	os.makedirs(folder, exist_ok=True)
	with cdp.Browser() as b:
		for width, height in ((390, 844), (1280, 800), (2560, 1440)):
			for scheme in ("light", "dark"):
				phone = width < 500
				b.look(width, height, scheme == "dark", scale=2 if phone else 1, phone=phone)
				b.open(url)
				b.wait(DRAWN, "the charts are drawn")
				b.look(width, height, scheme == "dark", scale=2 if phone else 1, phone=phone)
				path = os.path.join(folder, f"page-{width}-{scheme}.png")
				# a phone's reader scrolls
				b.screenshot(path, whole=phone)
				print(f"{path}: first paint after {b.first_paint_ms()[0]} ms")
		for said in b.complaints():
			print("complaint:", said)


def main(program, folder, url=None):
	if url is not None:
		return pictures(url, folder)
	with tempfile.TemporaryDirectory() as work:
		database = os.path.join(work, "page.db")
		# it finds no recording, but makes the database
		subprocess.run([program, "analyze", "-q", "-d", database, os.path.join(work, "none.avi")], stderr=subprocess.DEVNULL)
		page_data.fill(database)
		server = page.Server(program, database)
		try:
			pictures(server.url + "#source=Main+hall", folder)
		finally:
			server.stop()


if __name__ == "__main__":
	main(*sys.argv[1:])
