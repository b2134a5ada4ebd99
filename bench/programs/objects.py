"""Objects of dataclasses: made, changed, compared, called."""

from dataclasses import dataclass

SIZE = 2_500


@dataclass
class Particle:
    x: float
    y: float
    dx: float
    dy: float
    bounces: int = 0

    def step(self, width):
        self.x += self.dx
        self.y += self.dy
        if self.x < 0 or self.x > width:
            self.dx = -self.dx
            self.bounces += 1
        if self.y < 0 or self.y > width:
            self.dy = -self.dy
            self.bounces += 1

    @property
    def energy(self):
        return self.dx * self.dx + self.dy * self.dy


def main():
    particles = [Particle(float(i), float(i * 2 % 50), 0.5 + i % 3, 1.0 - i % 2 * 2.5) for i in range(60)]
    for _ in range(SIZE):
        for particle in particles:
            particle.step(50.0)
    print(sum(p.bounces for p in particles), round(sum(p.energy for p in particles), 3), particles[0] == particles[1])


main()
