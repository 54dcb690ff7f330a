"""What `manage.py check_gallery` looks at, a module for each place where something is kept.

A check takes whether to mend and gives findings. It only ever mends what loses nothing: files that
no row speaks of for an hour, indexes and vectors that no query looks at, work that can be done
again.
"""
