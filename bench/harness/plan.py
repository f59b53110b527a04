"""Which scenarios run on which worlds with which systems, how often: one plan for `make bench`, one for the quick run.

A step is done for every system before the next round begins, so that a machine that is busy for a while is so for all.
"""
import dataclasses

from harness import scenarios
from harness.processes import Failed
from harness.results import Results
from harness.scenarios import SHAPES
from harness.systems import FLEET_DELTA, FLEET_SOTW, ONE_GATEWAY_DELTA, System
from harness.world import ENDPOINTS_EACH, WORLDS, Shape, World, directory

SCENARIOS = ("cold_translation", "one_route_changed_engine", "one_route_changed", "fanout_delta", "fanout_sotw", "connect_storm", "endpoint_churn", "memory_after_scaling",
             "plugin_boundary", "other_shapes")
NO_TRANSLATION = "no peer does that work: go-control-plane is given finished messages and translates nothing"


@dataclasses.dataclass(frozen=True)
class Plan:
    worlds: tuple = WORLDS
    fleet_worlds: tuple = ("1000,100,10", "10000,1000,10")
    churn_worlds: tuple = ("1000,100,10", "10000,1000,10")
    scenarios: tuple = SCENARIOS
    rounds: int = 3
    changes: int = 40
    engine_rounds: int = 300
    cold_rounds: int = 3
    clients: int = 1000
    fleet_changes: int = 3
    churn_rate: int = 500
    churn_seconds: int = 60
    discovered: int = 1000
    scaling_cycles: int = 5
    scaling_services: int = 1000
    shapes: tuple = SHAPES
    shape_rounds: int = 30
    fleet_sotw: tuple = tuple(FLEET_SOTW)

    def of_worlds(self, worlds):
        return [Shape.parse(text) for text in worlds if text in self.worlds]


FULL = Plan()
# The second world in under a minute. The snapshot cache's state-of-the-world streams alone would take a third of that.
QUICK = Plan(worlds=("1000,100,10",), scenarios=SCENARIOS[:7], rounds=1, changes=15, engine_rounds=100, fleet_changes=2, churn_seconds=5,
             fleet_sotw=(System("solder", "sotw", "many"), System("linear", "sotw", "many")))


class Run:
    def __init__(self, plan, build, say):
        self.plan, self.build, self.say, self.results = plan, build, say, Results()

    def wants(self, *names):
        return any(name in self.plan.scenarios for name in names)

    def everything(self):
        plan = self.plan
        for shape in plan.of_worlds(plan.worlds):
            if self.wants("cold_translation", "one_route_changed_engine", "one_route_changed"):
                self.one_gateway(shape)
        for shape in plan.of_worlds(plan.fleet_worlds):
            if self.wants("fanout_delta", "connect_storm"):
                self.fleets(shape, "fanout_delta", FLEET_DELTA)
            if self.wants("fanout_sotw"):
                self.fleets(shape, "fanout_sotw", plan.fleet_sotw)
        for shape in plan.of_worlds(plan.churn_worlds):
            if self.wants("endpoint_churn"):
                self.churn(shape)
        if self.wants("memory_after_scaling"):
            self.scaling()
        if self.wants("plugin_boundary"):
            self.alone("plugin_boundary", "a batch of 64", lambda: scenarios.plugin_boundary(self.build))
        if self.wants("other_shapes"):
            self.alone("other_shapes", "all", lambda: scenarios.other_shapes(self.build, plan.shapes, plan.shape_rounds))
        return self.results

    def step(self, scenario, world, system, work):
        """Runs one piece; what fails is a result too, and the rest goes on."""
        self.say(f"{scenario} ({world}): {system.label}")
        try:
            return work()
        except Failed as failure:
            self.say(f"  failed: {failure}")
            self.results.fail(scenario, str(world), system, str(failure))
            return None

    def alone(self, scenario, world, work):
        """What no peer stands beside."""
        found = self.step(scenario, world, System("solder", "delta", "one"), work)
        if found:
            self.results.alone[scenario] = found

    def one_gateway(self, shape):
        plan, world_name = self.plan, str(shape)
        with directory() as path:
            world = World(path / "world", shape)
            ours = System("solder", "delta", "one")
            for name, count in (("cold_translation", plan.cold_rounds), ("one_route_changed_engine", plan.engine_rounds)):
                if self.wants(name):
                    sample = self.step(name, shape, ours, lambda name=name, count=count: scenarios.engine(self.build, name.removesuffix("_engine"), shape, count))
                    self.results.add(name, world_name, ours, sample)
                    self.results.reasons[(name, world_name)] = NO_TRANSLATION
            if self.wants("cold_translation"):
                floor = scenarios.cold_floor(self.build, world, plan.cold_rounds)
                self.results.reasons[("cold_translation", world_name)] += f"; to build the same messages, unchecked, and put them into a linear cache takes it {floor:.0f} ms"
            for number in range(plan.rounds if self.wants("one_route_changed") else 0):
                for system in ONE_GATEWAY_DELTA:
                    sample = self.step(f"one_route_changed, round {number + 1}", shape, system,
                                       lambda system=system: scenarios.one_route_changed(self.build, world, system, plan.changes))
                    self.results.add("one_route_changed", world_name, system, sample)

    def fleets(self, shape, scenario, systems):
        with directory() as path:
            worlds = {layout: World(path / layout, shape, layout) for layout in {system.layout for system in systems}}
            for number in range(self.plan.rounds):
                for system in systems:
                    found = self.step(f"{scenario}, round {number + 1}", shape, system, lambda system=system: scenarios.fleet(
                        self.build, worlds[system.layout], system, self.plan.clients, self.plan.fleet_changes))
                    storm, fan = found or (None, None)
                    self.results.add("connect_storm" if system.stream == "delta" else "connect_storm_sotw", str(shape), system, storm)
                    self.results.add(scenario, str(shape), system, fan)

    def churn(self, shape):
        plan = self.plan
        note = f"{plan.discovered * ENDPOINTS_EACH} endpoints, {plan.churn_rate} changes a second for {plan.churn_seconds} s; Solder's EDS clusters come from a plugin of the benchmark"
        self.results.notes["endpoint_churn"] = note
        with directory() as path:
            world = World(path / "world", shape, "one", plan.discovered)
            # The snapshot cache hashes every resource anew for each change and falls behind by minutes.
            for system in (System("solder", "delta", "one"), System("linear", "delta", "one")):
                sample = self.step("endpoint_churn", shape, system, lambda system=system: scenarios.endpoint_churn(
                    self.build, world, system, plan.churn_rate, plan.churn_seconds))
                self.results.add("endpoint_churn", str(shape), system, sample)

    def scaling(self):
        plan, ours = self.plan, System("solder", "delta", "one")
        with directory() as path:
            world = World(path / "world", Shape(100, 1, 100))
            self.alone("memory_after_scaling", f"100 to {plan.scaling_services * 100} routes", lambda: scenarios.memory_after_scaling(
                self.build, world, ours, plan.scaling_cycles, plan.scaling_services))
