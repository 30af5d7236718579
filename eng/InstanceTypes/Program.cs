using MultiEni.InstanceTypes;

// Writes the controller's table of instance types anew from answers of EC2:
//   aws ec2 describe-instance-types --region eu-central-1 --output json > answer.json
//   dotnet run --project eng/InstanceTypes -- TABLE ORIGIN answer.json [more.json ...]
// Types that no answer has keep their lines.
if (args is not [var path, var origin, .. var answers] || answers.Length == 0)
{
    Console.Error.WriteLine("usage: InstanceTypes TABLE ORIGIN ANSWER.json [ANSWER.json ...], such as");
    Console.Error.WriteLine(
        "  dotnet run --project eng/InstanceTypes -- src/MultiEni.Controller/Ec2/Limits/instance-types.tsv eu-central-1 answer.json"
    );
    return 2;
}

var table = new TypeTable(TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd"));
if (File.Exists(path))
{
    table.AddTable(await File.ReadAllLinesAsync(path));
}

foreach (var answer in answers)
{
    await using var json = File.OpenRead(answer);
    Console.Error.WriteLine($"{answer}: {table.AddAnswer(json)} types");
}

await File.WriteAllLinesAsync(path, table.Write(origin));
return 0;
