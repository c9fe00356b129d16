"""The example: the circle of Noor, who does not exist. Made with the same commands that anybody uses."""
