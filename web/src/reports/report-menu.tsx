import { Button, Menu } from '@mantine/core';
import { IconChevronDown, IconDownload } from '@tabler/icons-react';
import type { makeAllureReport } from '#src/operations/reports/allure-report.ts';
import type { reportCsv, reportJunit, reportResults } from '#src/operations/reports/reports.ts';
import { get, post } from '../api/request.ts';
import { addressOf } from '../base-path.ts';
import { useAction } from '../ui/use-action.ts';

interface ReportFile {
  name: string;
  type: string;
  content: string;
}

interface Props {
  /** The numbers of the runs. */
  runs: readonly number[];
  /** Of the files, without their ending: `matre-run-12`. */
  fileName: string;
}

/** The reports of runs, each as a file. */
export function ReportMenu({ runs, fileName }: Props) {
  const query = { ids: runs.join(',') };
  const download = useAction<() => Promise<ReportFile>, ReportFile>({
    run: (read) => read(),
    onSuccess: save,
  });
  const allure = useAction<Window | null, string>({
    run: async (tab) => {
      const response = post<typeof makeAllureReport>('/api/allure-reports', query);
      const { path } = await response.catch((error) => {
        tab?.close();
        throw error;
      });
      return addressOf(path);
    },
    onSuccess: (address, tab) => {
      if (tab) tab.location.replace(address);
      else location.assign(address);
    },
  });
  const junit = async () => ({
    name: `${fileName}.xml`,
    type: 'application/xml',
    content: (await get<typeof reportJunit>('/api/junit', { query })).xml,
  });
  const csv = async () => ({
    name: `${fileName}.csv`,
    type: 'text/csv',
    content: (await get<typeof reportCsv>('/api/csv', { query })).csv,
  });
  const json = async () => ({
    name: `${fileName}.json`,
    type: 'application/json',
    content: JSON.stringify(await get<typeof reportResults>('/api/results', { query }), undefined, 2),
  });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          variant="default"
          leftSection={<IconDownload size={14} aria-hidden />}
          rightSection={<IconChevronDown size={14} aria-hidden />}
          loading={download.isPending || allure.isPending}
        >
          Reports
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => allure.mutate(openTab())}>Allure, with history</Menu.Item>
        <Menu.Item onClick={() => download.mutate(junit)}>JUnit, for pipelines</Menu.Item>
        <Menu.Item onClick={() => download.mutate(csv)}>CSV, for spreadsheets</Menu.Item>
        <Menu.Item onClick={() => download.mutate(json)}>JSON, for programs</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** Opened at the click, because browsers refuse a tab that opens seconds later. */
function openTab(): Window | null {
  const tab = window.open('', '_blank');
  if (tab) tab.document.title = tab.document.body.textContent = 'Allure is creating the report …';
  return tab;
}

function save({ name, type, content }: ReportFile): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  Object.assign(document.createElement('a'), { href: address, download: name }).click();
  URL.revokeObjectURL(address);
}
