@rem package.json says "exec node ...", so that a signal for npm reaches node and no shell between; Windows knows no exec, and finds this.
@%*
