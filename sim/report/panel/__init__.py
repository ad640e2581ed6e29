"""Floor 4, exploring: a panel with two strategies side by side whose answer follows the slider.

What is asked: ranges.py which parameters have a control; choices.py what is chosen, undo and redo; code.py the same in
Python. What is answered: live.py the latest question wins; answers.py a small world at once, then all; figures.py the
numbers; tornado.py what moves the answer most. What is seen: words.py, pictures.py and screen.py; view.py and view.js
the browser's side; controls.py and toolbar.py the widgets; present.py files for a talk; page/ the panel without
notebooks. panel.py puts it together.
"""
