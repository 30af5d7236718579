using MultiEni.Manager.Binding;

namespace MultiEni.Manager.Tests.Binding;

public sealed class BindingJournalTests
{
    [Fact]
    public void A_disk_that_takes_nothing_does_not_keep_the_agent_from_starting_after_a_reboot_and_revives_no_entry()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.File("state"), "journal.json");
        var journal = new BindingJournal(path, null);
        journal.Save(Entry());
        Directory.Delete(folder.File("state"), recursive: true);
        File.WriteAllText(folder.File("state"), "");

        Assert.Equal(1, journal.Void("boot-2"));
        Assert.Empty(journal.Entries("boot-1"));
        Assert.Throws<JournalException>(() => journal.Save(Entry()));
        Assert.Empty(journal.Entries("boot-1"));
    }

    private static JournalEntry Entry() =>
        new()
        {
            PciAddress = A.Address.ToString(),
            EniId = "eni-a",
            MacAddress = A.Mac.ToString(),
            Attachment = "a",
            Ids = A.Ena.ToString(),
            TargetDriver = "vfio-pci",
            BootId = "boot-1",
        };
}
