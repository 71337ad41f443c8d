{ 'targets': [{ 'target_name': 'resnetjs_host', 'sources': ['resnetjs_host.cc'] }] }
