using System.Text;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Limits;
using MultiEni.InstanceTypes;

namespace MultiEni.Controller.Tests.Ec2.Limits;

/// <summary>
/// The table that <c>eng/InstanceTypes</c> writes is the one that the controller reads.
/// </summary>
public sealed class TypeTableTests
{
    private const string Answer = """
        {"InstanceTypes":[
          {"InstanceType":"p9.large","NetworkInfo":{"MaximumNetworkInterfaces":6,"Ipv4AddressesPerInterface":12,"NetworkCards":[
            {"NetworkCardIndex":1,"MaximumNetworkInterfaces":3,"DefaultEnaQueueCountPerInterface":4,"MaximumEnaQueueCountPerInterface":8,"MaximumEnaQueueCount":16},
            {"NetworkCardIndex":0,"MaximumNetworkInterfaces":4,"DefaultEnaQueueCountPerInterface":8,"MaximumEnaQueueCountPerInterface":32,"MaximumEnaQueueCount":64,
             "AdditionalFlexibleNetworkInterfaces":2}],
            "EnaSrdSupported":true,"FlexibleEnaQueuesSupport":"supported"}},
          {"InstanceType":"m5.2xlarge","Hypervisor":"nitro","NetworkInfo":{"MaximumNetworkInterfaces":4,"Ipv4AddressesPerInterface":15}},
          {"InstanceType":"t0.small","Hypervisor":"xen","NetworkInfo":{"MaximumNetworkInterfaces":2,"Ipv4AddressesPerInterface":2,"FlexibleEnaQueuesSupport":"unsupported"}}
        ]}
        """;

    [Fact]
    public void An_answer_of_DescribeInstanceTypes_becomes_lines_that_need_no_confirmation()
    {
        var table = new TypeTable("2026-11-25");
        table.AddTable(["# old", "m5.2xlarge\t9\t9\t9\t-\t-\t-\trecalled\t2026-08", "t9.small\t2\t2\t2\t-\t-\t-\trecalled\t2026-08"]);

        Assert.Equal(3, table.AddAnswer(new MemoryStream(Encoding.UTF8.GetBytes(Answer))));

        var written = string.Join('\n', table.Write("eu-central-1"));
        Assert.Contains("eu-central-1", written, StringComparison.Ordinal);
        var types = InstanceTypeTable.Parse(new StringReader(written)).ToDictionary(type => type.Limits.InstanceType);
        Assert.Equal(["m5.2xlarge", "p9.large", "t0.small", "t9.small"], types.Keys.Order());
        Assert.Equal((true, 4, 15), (types["m5.2xlarge"].IsCertain, types["m5.2xlarge"].Limits.MaximumEnis, types["m5.2xlarge"].Limits.Ipv4PerEni));
        Assert.Equal(6, types["p9.large"].Limits.MaximumEnis);
        Assert.Equal([4, 3], types["p9.large"].Limits.PerCard);
        Assert.False(types["t9.small"].IsCertain);
        Assert.Equal(("2026-11-25", "2026-08"), (types["p9.large"].Date, types["t9.small"].Date));
        var features = types["p9.large"].Limits.Features!;
        Assert.Equal((true, true), (features.ConnectionTracking, features.EnaExpress));
        Assert.Equal([new CardQueues(8, 32, 64, 2), new CardQueues(4, 8, 16, 0)], features.Queues);
        var none = types["t0.small"].Limits.Features!;
        Assert.Equal((false, false, 0), (none.ConnectionTracking, none.EnaExpress, none.Queues.Count));
        Assert.Null(types["m5.2xlarge"].Limits.Features);
    }

    [Fact]
    public void Something_else_is_refused_with_the_command_that_gives_the_right_thing()
    {
        var exception = Assert.Throws<FormatException>(() => new TypeTable("2026-11-25").AddAnswer(new MemoryStream("{}"u8.ToArray())));

        Assert.Contains("describe-instance-types", exception.Message, StringComparison.Ordinal);
    }
}
