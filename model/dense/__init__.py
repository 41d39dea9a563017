"""The networks of dense tasks, with the parameter names of mmsegmentation and mmdetection."""
