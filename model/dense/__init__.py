"""The networks for dense tasks, with the parameter names of mmsegmentation and mmdetection."""
