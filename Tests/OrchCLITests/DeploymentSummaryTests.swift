import OrchModel
import Testing

@testable import OrchCLI

struct DeploymentSummaryTests {
    private func schedule(_ cron: String, isActive: Bool = true) -> Schedule {
        let at = Timestamp(microseconds: 0)
        return Schedule(
            id: .new(), deploymentID: .new(), deploymentName: "d", flowName: "f",
            spec: ScheduleSpec(rule: .cron(cron), timezone: "Europe/Berlin"), isActive: isActive,
            isDeploymentPaused: false, createdAt: at, updatedAt: at)
    }

    @Test("the schedules are those that the deployment has, and those of its content where an older version is shown")
    func schedules() {
        var deployment = Sample.deployment("i", .command, updated: 0)
        deployment.schedules = [ScheduleSpec(rule: .cron("0 1 * * *"))]
        #expect(DeploymentSummary(deployment: deployment).scheduleText == "cron 0 1 * * *")
        #expect(DeploymentSummary(deployment: deployment, schedules: []).scheduleText == nil)
        let standing = [schedule("0 2 * * *"), schedule("0 3 * * *", isActive: false)]
        deployment.isPaused = true
        #expect(
            DeploymentSummary(deployment: deployment, schedules: standing).scheduleText
                == "paused; cron 0 2 * * * Europe/Berlin; cron 0 3 * * * Europe/Berlin (off)")
    }

    @Test("The policy is shown where there is one, and only what it says")
    func policy() {
        var deployment = Sample.deployment("taxi", .command, updated: 0)
        #expect(!DeploymentSummary(deployment: deployment).text.contains("Retries"))
        var policy = RunPolicy(
            retries: 3, retryDelaySeconds: 60, retryBackoff: 2, retryMaxDelaySeconds: 600, retryJitter: true,
            timeoutSeconds: 7200)
        deployment.policy = policy
        let text = DeploymentSummary(deployment: deployment).text
        #expect(
            text.contains(
                "3, after 1 m 0 s, times 2 each, 10 m 0 s at most, a random share of it, on crashed, failed\n"))
        #expect(text.contains("2 h 0 m for an attempt\n"))
        for name in ["Grace", "Late after", "Deadline", "Expected"] { #expect(!text.contains(name), "\(name)") }
        policy = RunPolicy(stopGraceSeconds: 30)
        (policy.lateAfterSeconds, policy.deadlineSeconds, policy.expectedSeconds) = (5, 86_400, 600)
        deployment.policy = policy
        let other = DeploymentSummary(deployment: deployment).text
        for name in ["Grace", "Late after", "Deadline", "Expected"] { #expect(other.contains("\n\(name):"), "\(name)") }
        #expect(!other.contains("Retries"))
    }
}
