"""What the notebooks of the essays' questions show: pictures, sentences, and the verdict on each claim."""
