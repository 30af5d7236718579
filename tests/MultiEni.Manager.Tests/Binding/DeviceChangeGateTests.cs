using MultiEni.Manager.Binding;

namespace MultiEni.Manager.Tests.Binding;

public sealed class DeviceChangeGateTests
{
    [Fact]
    public void S13_a_change_in_progress_keeps_a_second_agent_and_a_second_worker_out()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("state/journal.json.lock");
        using var agent = new DeviceChangeGate(path);
        using var successor = new DeviceChangeGate(path);
        using (Assert.IsType<IDisposable>(agent.TryEnter(), exactMatch: false))
        {
            Assert.Null(agent.TryEnter());
            Assert.Null(successor.TryEnter());
        }

        using var now = successor.TryEnter();
        Assert.NotNull(now);
        Assert.Null(agent.TryEnter());
    }

    [Fact]
    public void A_lock_that_cannot_be_made_is_no_busy_neighbour()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("state"), "a file where the folder should be");
        using var gate = new DeviceChangeGate(folder.File("state/journal.json.lock"));
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var error = Assert.Throws<JournalException>(gate.TryEnter);
            Assert.Contains("INTERFACE_MAPPING_STORE_PATH", error.Message, StringComparison.Ordinal);
        }
    }
}
